// A signing key for tests, the same in every run: so none has to be made, which takes long, and
// what it signs can be compared. Nothing here is part of mailrail itself, and nothing may trust it.

#pragma once

#include "base/digest.h"
#include "signing/signing_key.h"

namespace mailrail::signing {

inline KeyPair test_key_pair() {
  constexpr std::string_view private_key =
      "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCtzpy3gIqqqb4+KVihcZ/mZEs0p3sLnRj0PyR+m4"
      "lZVsHk1t5K1tbxxn1H5T1VWF9lwxaSPfB3jxzDZTqkTKjNTijybscmkBtb39Bf87bjL39wy2x62oXbPLsWHsAzVdHB"
      "BBdAXGHdRVm4udTELwU21JHuj7UK+itMqIrcKywTCXNLK0M33lZ6lLO4q+3baO6D27vYaVqzDnaw+8JkN9LxzV9A8P"
      "ycGZIoljAC+alCyuA8/gBg9F+HZ35obBBhRh3ryldopRrg4FDXXpQtWWsFdGSIZHM/WEXOWqTpH1eJJ5bz1gLI9pKB"
      "Sb+UDXHTQII8uT7xurDGRu3Q1vEiS7pLAgMBAAECggEAVspzq5Z+qBY3L6dJ4ORyaoPuog53/SanjV/yg157yabvD6"
      "zUOB7sGrN5X+tzIykMCi7PGJvhdnJ6dIAaNm0pZcv/2n/C5tjTMJ+k2CVFUFEpnFOYigiRCxdafQNCCuBx66Z1TehT"
      "3kCBOyNgwc6RFf40GSKdzyt5b8BCBwtv6NjekVe0Jsp++Ay+56bDTro2t3pqjNTLN4D/xclLqSZUAtgjlvaGZgJ+LQ"
      "bx2x+bhobBOAS1gl0ktHIA5NiabTZKr6GAMs01WSjVI1t2ROz+63AIA2tf8Zdf825QBZJcZMK+0dfDG+4Hy9mrZNrL"
      "/0Jw/z5SPm9m7NlyrluSf6PAwQKBgQDVap4O18k67cucShib687Gv0oUTzbTOoOmB+tLTcf6nlTBCAC6JVjjoKY0KV"
      "cDUJ6RraCKGN3fCRTioKtlPnKwb6tiKiUxTmkl7jCo4owwr4i+zpQ8OaRgNav77yMUTqTLEZ4m95MGmb9gBeZsOqxc"
      "ir5lQQ1KtlAInYrf7VzQ0QKBgQDQfLvotkQXclj8vQW5jp9KkJpWVA5nhXafe1tUwkhBA3oR1KshDrjDj8xSYeRuO5"
      "/Y+z0Ak1Hh1xZRUZ7pg6nEBKtjqiBp79lykE+PE8Sj06sBnRABOh51ekgocAo74dttziweD726CusMyfJClHnsk95V"
      "W7483fG8clA83NWAWwKBgQCEvrhpixcDrH2FTSFZeqc3QCyXzV3QrQjN8QcN4+eLn4ggORYasrhDfd1jfIM+8JpxCo"
      "pc23LGFCQFguKZKuqzjAISIRzZOmh0y19A7Qk+DzEDXgMeIsx3e2rqXah4LSKbnO2+VygAZwl+dK0KjMRBG5up53iZ"
      "DCVj9no3JrEgwQKBgG16cnoa69qcExp0b8Mmn4LaOBFJBl9Z+BZ7AlSZyLNLDhi64jnzrxYSNqqz+O3hpWidVUUuFv"
      "tOpMuC3r2kg8sI4K7vMSIv7rF4Ei8BpGqaxduNDFB4onHyCl4hp14WldEtSIFopqpA/XizuuE3cmbGpyOPj3AK49ue"
      "839iP0KtAoGBAMiUpyaHSZsWxmTLOkK+q0QZSEEUlQbl2La9gzVXJY0S6XknqGtPoK3GJ/DpWkqVa+zfQ2I/2IWmgs"
      "phzWuki71QsAL59dHGpHk4Wq5c8woJhuv5Z1gQ/YbH8fdPQ/jPyHLjYF/HixdjF4wz2BkAVDPtRG3lLVCiZ4sul4Xb"
      "XSxw";
  constexpr std::string_view certificate =
      "MIIDHTCCAgWgAwIBAgIUY0OfE/NtvtrdMY3R522TCUr5POEwDQYJKoZIhvcNAQELBQAwHTEbMBkGA1UEAwwSc25zLm"
      "1haWxyYWlsLmxvY2FsMCAXDTI2MTEyNzEyNDUwMVoYDzIxMjYxMTAzMTI0NTAxWjAdMRswGQYDVQQDDBJzbnMubWFp"
      "bHJhaWwubG9jYWwwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCtzpy3gIqqqb4+KVihcZ/mZEs0p3sLnR"
      "j0PyR+m4lZVsHk1t5K1tbxxn1H5T1VWF9lwxaSPfB3jxzDZTqkTKjNTijybscmkBtb39Bf87bjL39wy2x62oXbPLsW"
      "HsAzVdHBBBdAXGHdRVm4udTELwU21JHuj7UK+itMqIrcKywTCXNLK0M33lZ6lLO4q+3baO6D27vYaVqzDnaw+8JkN9"
      "LxzV9A8PycGZIoljAC+alCyuA8/gBg9F+HZ35obBBhRh3ryldopRrg4FDXXpQtWWsFdGSIZHM/WEXOWqTpH1eJJ5bz"
      "1gLI9pKBSb+UDXHTQII8uT7xurDGRu3Q1vEiS7pLAgMBAAGjUzBRMB0GA1UdDgQWBBR9eHLWy9GqAoa7mDTitockZX"
      "SXhzAfBgNVHSMEGDAWgBR9eHLWy9GqAoa7mDTitockZXSXhzAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUA"
      "A4IBAQAnYcQQibHOSqeuxhPjMd91z+Ke6J3bqG8IkKnepJGp13nalUqjwm38HT+M6bXW/kRWsDFOgqaWzgQIEljSQB"
      "dPOXAaVwGYQHlEKPHg1DKBBIQsHmBjwphSNKTWaf0IuTt0PfwP3FwWy94btyybtC/Z9boNal+SB8B/dpz1VUm1BExI"
      "B3yzlqCE7mFdCvcl6fklTWKZhRN91TozQltGYUA7aatDLfALzSV5YL+r6jdcbPBxktyNte9EUlsg1Sf1JTYzSIcLO5"
      "kqgRhgiJx37BdE2/rHRsobZ7iNuPKcinXsb2ZVC+IpQy4GIWRResaA1U3Nf5jSpz8f9i7bNpDOA43Y";
  return {.private_key = from_base64(private_key).value(),
          .certificate = from_base64(certificate).value()};
}

}  // namespace mailrail::signing
