#include "cli/server_call.h"

#include <gtest/gtest.h>

#include "cli/exit_codes.h"

namespace mailrail::cli {
namespace {

Error refusal(int status, std::string body) {
  const auto read = body_of({.status = status, .body = std::move(body)}, "http://there");
  EXPECT_FALSE(read);
  return read ? Error{} : read.error();
}

TEST(ServerCall, GivesTheAnswersBody) {
  EXPECT_EQ(body_of({.status = 200, .body = "{}"}, "http://there"), "{}");
}

TEST(ServerCall, SaysWhatTheServerSays) {
  const Error missing = refusal(
      404, R"({"__type":"mailrail#TopicDoesNotExist","message":"The topic t does not exist."})");
  EXPECT_EQ(missing.message, "The topic t does not exist.");
  EXPECT_EQ(exit_code_of(missing), ExitCode::not_found);

  const std::string any = R"({"__type":"mailrail#Any","message":"So it is."})";
  EXPECT_EQ(exit_code_of(refusal(400, any)), ExitCode::failed);
  EXPECT_EQ(exit_code_of(refusal(403, any)), ExitCode::denied);
  EXPECT_EQ(exit_code_of(refusal(503, any)), ExitCode::failed);
}

TEST(ServerCall, LetsNoControlCharacterThrough) {
  EXPECT_EQ(refusal(400, R"({"__type":"mailrail#Any","message":"a\u001b[2Jb"})").message,
            R"(a\u001b[2Jb)");
}

TEST(ServerCall, TellsThatItIsAnotherServer) {
  for (const char* body : {"", "<html>", "{}", "[]", R"({"message":"Not found"})"}) {
    const Error error = refusal(404, body);
    EXPECT_EQ(error.message,
              "http://there answered 404, and not as mailrail does. Name another server with "
              "--endpoint-url.");
    EXPECT_EQ(exit_code_of(error), ExitCode::failed);
  }
}

}  // namespace
}  // namespace mailrail::cli
