// The judge of answers to ill-formed requests. Whatever was sent, the client can read what comes
// back, and learns that it was its own mistake; what was refused has changed nothing.

#pragma once

#include <optional>
#include <string>

#include "tests/illformed/example.h"
#include "tests/illformed/ill_values.h"

namespace mailrail::illformed {

struct Question {
  cases::Protocol protocol;
  std::string_view action;
  Verdict verdict;
  const http::Response* absent = nullptr;  // What comes without the member.
};

// What is wrong with the answer; nothing if it is as it must be.
std::optional<std::string> objection(const Question& question, const Scene::Played& played);

// An answer's status and code, by which programs tell outcomes from each other.
std::string outcome(cases::Protocol protocol,
                    std::string_view action,
                    const http::Response& response);

}  // namespace mailrail::illformed
