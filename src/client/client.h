// Client: asks SQS, SNS and mailrail's administration, signed, on connections that it keeps; of AWS
// or of a mailrail, there is no difference.
//
//   Client client({.settings = TRY(settle({}, process_surroundings()))});
//   const auto url = TRY(client.ask<sqs::GetQueueUrlOutput>(
//       Service::sqs, "GetQueueUrl", sqs::GetQueueUrlInput{.queue_name = "chat.fifo"}));
//
// Inputs and outputs are the structs of the services (sqs/*_shapes.h, sns/*_shapes.h,
// admin/*_shapes.h). What failed by the way is tried again as SDKs do (retry.h). What would change
// AWS itself is refused unless that is meant.

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/shape.h"
#include "base/time.h"
#include "client/answer.h"
#include "client/http_session.h"
#include "client/retry.h"
#include "client/settings.h"
#include "http/message.h"

namespace mailrail::client {

// What may be done to an endpoint that is Amazon's.
enum class OnAmazon : std::uint8_t { read_only, anything };

// Longer than the longest poll.
inline constexpr Duration answer_within = 60s;

class Client {
 public:
  struct Options {
    Settings settings;
    OnAmazon on_amazon = OnAmazon::read_only;
    std::string agent = "mailrail";
    // Seams.
    std::function<Instant()> now = &system_time;
    std::function<void(Duration)> pause = &sleep_for;
    std::function<Result<HttpAnswer>(const HttpRequest&)> send = {};  // Empty: by HTTP.
  };

  explicit Client(Options options);

  // The kinds of errors are those of errors.h.
  template <class Output = Nothing, class Input>
  Result<Output> ask(Service service, std::string_view action, const Input& input) {
    return ask<Output>(service, action, input, twice(action));
  }
  // Of an action whose input decides whether doing it twice does harm.
  template <class Output = Nothing, class Input>
  Result<Output> ask(Service service, std::string_view action, const Input& input, Twice twice) {
    Output output;
    TRY(call({.service = service, .action = action, .twice = twice}, source_of(input),
             target_of(output)));
    return output;
  }

  // A request to one of mailrail's own paths, signed, once. Any status is an answer.
  Result<HttpAnswer> get(const std::string& path, Duration timeout);
  Result<HttpAnswer> post(const std::string& path, const Headers& headers, Duration timeout);

  // Fails if the service is Amazon's and may only be read.
  Result<void> expect_changeable(Service service, std::string_view action) const;

  // Fails if AWS is asked, which has no such action.
  Result<void> expect_mailrail(std::string_view action) const;

  // Of the last call that failed: the service's own words. Empty if there were none.
  const Refusal& last_refusal() const { return last_refusal_; }

  const Settings& settings() const { return options_.settings; }

 private:
  struct Call {
    Service service;
    std::string_view action;
    Twice twice;
  };

  static Instant system_time();
  static void sleep_for(Duration duration);
  // A message that is sent twice may be there twice.
  static Twice twice(std::string_view action);

  Result<void> call(const Call& call, Source input, mailrail::Target output);
  Result<HttpRequest> signed_request(Service service, http::Request request) const;
  Error error_of(const Call& call, const Result<HttpAnswer>& answer);

  Options options_;
  HttpSession session_;
  SystemRandom random_;
  Refusal last_refusal_;
};

}  // namespace mailrail::client
