#include "tests/cases/player.h"

#include <algorithm>

#include <fmt/format.h>

#include "tests/cases/actions.h"

namespace mailrail::cases {
namespace {

namespace json = boost::json;

// The errors whose spelling for Query is not the one for JSON, as AWS's models and recordings have
// them: written down once more, as a check on those in src/.
struct Spelling {
  std::string_view name;
  std::string_view query_code;
};
constexpr Spelling spellings[] = {
    {"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"},
    {"QueueNameExists", "QueueAlreadyExists"},
    {"QueueDeletedRecently", "AWS.SimpleQueueService.QueueDeletedRecently"},
    {"PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress"},
    {"BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"},
    {"BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong"},
    {"EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest"},
    {"TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"},
    {"InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId"},
    {"MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight"},
    {"UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation"},
    {"InvalidParameterValueException", "InvalidParameterValue"},
    {"MissingRequiredParameterException", "MissingParameter"},
    {"AccessDeniedException", "AccessDenied"},
};

// The framework's errors end with Exception, but for one; those of the service never do, but for
// one.
std::string type_of(std::string_view action, std::string_view name) {
  const bool is_service = (!name.ends_with("Exception") && name != "ServiceUnavailable") ||
                          name == "ResourceNotFoundException";
  if (!is_service) return fmt::format("com.amazon.coral.service#{}", name);
  return fmt::format(
      "{}#{}", owner_of(action) == Owner::administration ? "mailrail" : "com.amazonaws.sqs", name);
}

std::string_view query_code_of(const Expectation& expected) {
  if (!expected.query_code.empty()) return expected.query_code;
  const auto found = std::ranges::find(spellings, expected.error_name, &Spelling::name);
  return found == std::end(spellings) ? std::string_view(expected.error_name) : found->query_code;
}

// An object where the shape has a string goes out as its JSON text, as policies do.
json::value fitted(const json::value& value, const Shape* shape) {
  if (shape == nullptr) return value;
  const json::object* object = value.if_object();
  if (object != nullptr && shape->kind == ShapeKind::string)
    return json::value(json::serialize(value));
  if (object != nullptr && (shape->kind == ShapeKind::structure || shape->kind == ShapeKind::map)) {
    json::object out;
    for (const auto& [name, each] : *object) {
      const Shape* inner = shape->element;
      if (shape->kind == ShapeKind::structure) {
        const auto fields = shape->fields();
        const auto field = std::ranges::find(fields, std::string_view(name), &Field::name);
        inner = field == fields.end() ? nullptr : field->shape;
      }
      out[name] = fitted(each, inner);
    }
    return out;
  }
  if (value.is_array() && shape->kind == ShapeKind::list) {
    json::array out;
    for (const json::value& each : value.get_array()) out.push_back(fitted(each, shape->element));
    return out;
  }
  return value;
}

std::unexpected<Error> wrong(std::string what) { return fail(errors::unusable, std::move(what)); }

}  // namespace

std::optional<Failure> Player::play(const Case& played) { return play(played.steps); }

std::optional<Failure> Player::play(std::span<const Step> steps) {
  for (const Step& step : steps) {
    if (const Result<void> done = play(step); !done) {
      return Failure{.line = step.line,
                     .text = fmt::format("[{}] {}\n  {}", name_of(protocol_), step.text,
                                         done.error().message)};
    }
  }
  return std::nullopt;
}

Result<void> Player::play(const Step& step) {
  switch (step.kind) {
    case Step::Kind::advance:
      world_.advance(step.time);
      return {};
    case Step::Kind::restart:
      world_.restart();
      return {};
    case Step::Kind::crash:
      world_.crash();
      return {};
    case Step::Kind::limit_memory:
      world_.limit_memory(step.bytes);
      return {};
    case Step::Kind::strict:
      world_.be_strict();
      return {};
    case Step::Kind::key:
      keys_.insert_or_assign(step.name, TRY(key_of(step.name, step.input)));
      return {};
    case Step::Kind::check: {
      const auto found = asked_.find(step.name);
      if (found == asked_.end()) return wrong("no call has that name");
      return check(step, found->second);
    }
    case Step::Kind::call:
      break;
  }
  for (int round = 1; round <= step.times; ++round) {
    names_.call("n", round);
    TRY(call(step));
  }
  return {};
}

Result<json::object> Player::input_of(const Step& step) const {
  const ActionShapes* shapes = find_action(step.action);
  const json::value input =
      fitted(TRY(names_.resolved(step.input)), shapes == nullptr ? nullptr : shapes->input);
  return input.as_object();
}

Result<void> Player::call(const Step& step) {
  const json::object input = TRY(input_of(step));
  http::Request request =
      request_of(protocol_, {.action = step.action, .options = step.options, .input = input});
  auth::Caller caller = TRY(caller_of(step, request));
  const Asked asked{.call = world_.ask(std::move(request), std::move(caller)),
                    .action = step.action};
  if (!step.name.empty()) asked_.insert_or_assign(step.name, asked);
  return check(step, asked);
}

Result<auth::Caller> Player::caller_of(const Step& step, const http::Request& request) const {
  auth::Caller caller = auth::caller_of(request);
  const std::optional<std::string> name = cases::caller_of(step.options);
  if (!name) return caller;
  const auto key = keys_.find(*name);
  if (key == keys_.end() && *name != "nobody") return wrong("nobody has a key called " + *name);
  return called_by(key == keys_.end() ? nobody() : key->second, step.action, std::move(caller));
}

Result<void> Player::check(const Step& step, const Asked& asked) {
  const Expectation& expected = step.expected;
  const http::Response* response = world_.answer(asked.call);
  if (expected.kind == Expectation::Kind::pending) {
    if (response != nullptr) return wrong("it was to wait, but was answered: " + response->body);
    return {};
  }
  if (response == nullptr) return wrong("it has no answer yet");
  const Answer answer = TRY(answer_of(protocol_, asked.action, *response));
  if (expected.kind == Expectation::Kind::error) return check_error(asked.action, expected, answer);
  if (answer.status != 200) return wrong(fmt::format("got {}: {}", answer.status, response->body));
  if (!step.name.empty()) names_.call(step.name, as_named(asked, answer));
  const json::value wanted = TRY(names_.resolved(expected.output));
  if (const auto found = difference(wanted, answer.output)) return wrong(*found);
  return {};
}

json::value Player::as_named(const Asked& asked, const Answer& answer) const {
  json::value named = answer.output;
  if (asked.action == "Subscribe") {
    json::object& output = named.as_object();
    const std::string arn(output.at("SubscriptionArn").as_string());
    output["Token"] = world_.token(arn, engine::TokenUse::confirm);
    output["RestoringToken"] = world_.token(arn, engine::TokenUse::restore);
  }
  return named;
}

Result<void> Player::check_error(std::string_view action,
                                 const Expectation& expected,
                                 const Answer& answer) const {
  const bool is_query = spoken(protocol_, action) != Protocol::json;
  std::optional<std::string> message = expected.message;
  if (is_query && expected.query_message) message = expected.query_message;
  const std::string wanted_message = message ? TRY(names_.resolved_text(*message)) : answer.message;
  const std::string wanted_type = is_query ? std::string() : type_of(action, expected.error_name);
  const auto described = [](int status, auto... parts) {
    return (fmt::to_string(status) + ... + (" | " + std::string(parts)));
  };
  const std::string wanted =
      described(expected.status, wanted_type, query_code_of(expected), wanted_message);
  const std::string got =
      described(answer.status, answer.error_type, answer.query_code, answer.message);
  if (wanted == got) return {};
  return wrong(fmt::format("expected {}\n       got {} {}", wanted, got,
                           answer.status == 200 ? json::serialize(answer.output) : ""));
}

}  // namespace mailrail::cases
