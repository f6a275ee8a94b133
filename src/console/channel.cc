#include "console/channel.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "admin/conversation_states.h"
#include "admin/events.h"
#include "admin/queue_descriptions.h"
#include "admin/server_description.h"
#include "base/check.h"
#include "base/json.h"
#include "base/shown.h"
#include "console/consumers_channel.h"
#include "console/topics_channel.h"
#include "sqs/errors.h"
#include "wire/json_encode.h"

namespace mailrail::console {
namespace {

// So many rows a stream has at most, and so many are described in a turn.
constexpr std::size_t rows_max = 5'000;
constexpr int rows_per_turn = 250;

constexpr int conversations_shown = 100;
constexpr int events_per_second = 50;

// What one action answers, whenever that has changed.
template <class Action>
class ActionChannel : public Channel {
 public:
  explicit ActionChannel(typename Action::Input input) : input_(std::move(input)) {}

  std::unique_ptr<Question> ask(const api::Context& context) override {
    auto question = std::make_unique<ActionQuestion<Action>>(context, input_);
    asked_ = question.get();
    return question;
  }

  void take(Instant) override {
    const auto answer = std::exchange(asked_, nullptr)->answer();
    news_.clear();
    refusal_ = answer ? "" : answer.error().message;
    if (!answer) return;
    std::string text = shown(*answer);
    if (text == whole_) return;
    news_ = whole_ = std::move(text);
  }

  std::string whole() override { return whole_; }

 protected:
  virtual std::string shown(const typename Action::Output& output) const {
    return wire::encode_json(output);
  }

 private:
  const typename Action::Input input_;
  ActionQuestion<Action>* asked_ = nullptr;
  std::string whole_;
};

class ConversationsChannel final : public ActionChannel<admin::ListConversations> {
 public:
  explicit ConversationsChannel(const std::string& queue)
      : ActionChannel({.queue_url = queue, .state = {}, .max_results = conversations_shown}),
        queue_(queue) {}

 private:
  std::string shown(const admin::ListConversationsOutput& output) const override {
    std::string text;
    JsonWriter(text).string(queue_);
    // As ListConversations answers, with the name of the queue in front.
    return fmt::format("{{\"QueueName\":{},{}", text, wire::encode_json(output).substr(1));
  }

  const std::string queue_;
};

// All queues that the caller may see, page by page.
class QueuesQuestion final : public Question {
 public:
  explicit QueuesQuestion(api::Context context) : context_(std::move(context)) { begin({}); }

  Asked ask(engine::Engine& engine, engine::Turn& turn) override {
    page_->ask(engine, turn);
    const Result<admin::DescribeQueuesOutput> page = page_->answer();
    if (!page) {
      error_ = page.error();
      return Asked::whole;
    }
    rows_.insert(rows_.end(), page->queues.begin(), page->queues.end());
    if (!page->next_token || rows_.size() >= rows_max) return Asked::whole;
    begin(page->next_token);
    return Asked::in_part;
  }

  const std::optional<Error>& error() const { return error_; }
  std::vector<admin::DescribedQueue> take_rows() { return std::move(rows_); }

 private:
  void begin(std::optional<std::string> token) {
    page_.emplace(context_, admin::DescribeQueuesInput{.queue_name_prefix = {},
                                                       .max_results = rows_per_turn,
                                                       .next_token = std::move(token)});
  }

  const api::Context context_;
  std::optional<ActionQuestion<admin::DescribeQueues>> page_;
  std::vector<admin::DescribedQueue> rows_;
  std::optional<Error> error_;
};

class QueuesChannel final : public Channel {
 public:
  std::unique_ptr<Question> ask(const api::Context& context) override {
    auto question = std::make_unique<QueuesQuestion>(context);
    asked_ = question.get();
    return question;
  }

  void take(Instant) override {
    QueuesQuestion& asked = *std::exchange(asked_, nullptr);
    news_.clear();
    refusal_ = asked.error() ? asked.error()->message : "";
    if (asked.error()) return;
    std::vector<admin::DescribedQueue> rows = asked.take_rows();
    std::string changed;
    std::string gone;
    auto before = rows_.begin();
    for (const admin::DescribedQueue& each : rows) {
      for (; before != rows_.end() && before->queue_name < each.queue_name; ++before)
        add_name(gone, before->queue_name);
      const bool is_known = before != rows_.end() && before->queue_name == each.queue_name;
      if (!is_known || !(*before == each)) add(changed, wire::encode_json(each));
      if (is_known) ++before;
    }
    for (; before != rows_.end(); ++before) add_name(gone, before->queue_name);
    rows_ = std::move(rows);
    if (!changed.empty() || !gone.empty()) news_ = shown(changed, gone, "false");
  }

  std::string whole() override {
    std::string all;
    for (const admin::DescribedQueue& each : rows_) add(all, wire::encode_json(each));
    return shown(all, "", "true");
  }

 private:
  static void add(std::string& list, std::string_view json) {
    if (!list.empty()) list += ',';
    list += json;
  }
  static void add_name(std::string& list, std::string_view name) {
    std::string text;
    JsonWriter(text).string(name);
    add(list, text);
  }
  static std::string shown(std::string_view queues, std::string_view gone, std::string_view whole) {
    return fmt::format(R"({{"Queues":[{}],"Gone":[{}],"Whole":{}}})", queues, gone, whole);
  }

  QueuesQuestion* asked_ = nullptr;
  std::vector<admin::DescribedQueue> rows_;  // In the order of their names.
};

class TailChannel final : public Channel {
 public:
  TailChannel(std::string queue, std::optional<std::uint64_t> after)
      : queue_(std::move(queue)), after_(after) {}

  std::unique_ptr<Question> ask(const api::Context& context) override {
    admin::ListEventsInput input{.after = after_ ? std::to_string(*after_) : "Latest",
                                 .queue_url = queue_,
                                 .message_group_id = {},
                                 .kinds = {},
                                 .max_results = events_per_second,
                                 .show_bodies = {}};
    auto question = std::make_unique<ActionQuestion<admin::ListEvents>>(context, std::move(input));
    question->prepared().beyond = admin::ListEvents::Beyond::left_out;
    asked_ = question.get();
    return question;
  }

  void take(Instant) override {
    const auto& asked = *std::exchange(asked_, nullptr);
    news_.clear();
    events_ = 0;
    left_out_ = 0;
    const auto answer = asked.answer();
    refusal_ = answer ? "" : answer.error().message;
    if (!answer) return;
    after_ = asked.decided()->next;
    events_ = answer->events.size();
    left_out_ = asked.decided()->missed + asked.decided()->left_out;
    if (events_ > 0 || left_out_ > 0) news_ = shown(answer->events);
  }

  std::string whole() override { return news_.empty() ? shown({}) : news_; }
  std::size_t events() const override { return events_; }
  std::uint64_t left_out() const override { return left_out_; }
  bool counts_left_out() const override { return true; }
  std::optional<std::uint64_t> position() const override { return after_; }

 private:
  std::string shown(const std::vector<admin::ListedEvent>& events) const {
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    if (!queue_.empty()) json.member("QueueName", queue_);
    text += queue_.empty() ? "\"Events\":[" : ",\"Events\":[";
    for (std::size_t i = 0; i < events.size(); ++i)
      text += (i > 0 ? "," : "") + wire::encode_json(events[i]);
    return text + "],\"Dropped\":";
  }

  const std::string queue_;
  std::optional<std::uint64_t> after_;
  ActionQuestion<admin::ListEvents>* asked_ = nullptr;
  std::size_t events_ = 0;
  std::uint64_t left_out_ = 0;
};

// It is about the queues and operators of all accounts, and so for keys of the default one.
Result<void> authorize_for_all(const api::Context& context) {
  api::Context about_all = context_for(context, "mailrail", "DescribeServer");
  if (about_all.right == nullptr) return api::authorize_for_account(about_all);
  auth::Right right = *about_all.right;
  right.about = auth::About::server;
  about_all.right = &right;
  return api::authorize_for_account(about_all);
}

// What operators do is for who may see all of the server.
class ActivityQuestion final : public Question {
 public:
  explicit ActivityQuestion(const api::Context& context) : allowed_(authorize_for_all(context)) {}

  Asked ask(engine::Engine&, engine::Turn&) override { return Asked::whole; }
  const Result<void>& allowed() const { return allowed_; }

 private:
  const Result<void> allowed_;
};

class ActivityChannel final : public Channel {
 public:
  explicit ActivityChannel(const Activity& activity) : activity_(activity) {}

  std::unique_ptr<Question> ask(const api::Context& context) override {
    auto question = std::make_unique<ActivityQuestion>(context);
    asked_ = question.get();
    return question;
  }

  void take(Instant) override {
    const Result<void> allowed = std::exchange(asked_, nullptr)->allowed();
    news_.clear();
    refusal_ = allowed ? "" : allowed.error().message;
    if (!allowed) return;
    const Activity::Told told = activity_.from(next_);
    const bool is_first = !knows_before_;
    knows_before_ = true;
    next_ = told.next;
    events_ = told.actions.size();
    left_out_ = is_first ? 0 : told.missed;
    if (events_ > 0) news_ = shown(told.actions, "{");
  }

  // Up to the last take(): what came since is news of the next.
  std::string whole() override {
    Activity::Told told = activity_.from(0);
    const auto later = std::min<std::size_t>(told.next - next_, told.actions.size());
    told.actions.erase(told.actions.end() - static_cast<std::ptrdiff_t>(later), told.actions.end());
    return shown(told.actions, "{\"Whole\":true,");
  }
  std::size_t events() const override { return events_; }
  std::uint64_t left_out() const override { return left_out_; }
  bool counts_left_out() const override { return true; }

 private:
  static std::string shown(const std::vector<OperatorAction>& actions, std::string text) {
    return std::move(text) + "\"Events\":[" + text_of(actions) + "],\"Dropped\":";
  }

  const Activity& activity_;
  ActivityQuestion* asked_ = nullptr;
  bool knows_before_ = false;
  std::uint64_t next_ = 0;
  std::size_t events_ = 0;
  std::uint64_t left_out_ = 0;
};

class HistoryChannel final : public Channel {
 public:
  HistoryChannel(std::string queue, Recorder& recorder)
      : queue_(std::move(queue)), recorder_(recorder) {}

  std::unique_ptr<Question> ask(const api::Context& context) override {
    auto question = std::make_unique<QueueQuestion>(context, queue_);
    asked_ = question.get();
    return question;
  }

  void take(Instant at) override {
    found_ = std::exchange(asked_, nullptr)->found();
    news_.clear();
    refusal_ = found_ ? "" : found_.error().message;
    if (!found_) return;
    if (*found_ != Recorder::all_queues) recorder_.look_at(*found_, at);
    const History::Extract last = recorder_.history().last_second(*found_);
    if (last.points.empty() || last.start == told_) return;
    told_ = last.start;
    news_ = shown(last);
  }

  std::string whole() override {
    return shown(recorder_.history().read(*found_, History::Span::ten_minutes));
  }

 private:
  std::string shown(const History::Extract& extract) const {
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.member("QueueName", queue_);
    write(json, extract);
    json.end_object();
    return text;
  }

  const std::string queue_;
  Recorder& recorder_;
  QueueQuestion* asked_ = nullptr;
  Result<QueueId> found_ = Recorder::all_queues;
  std::uint64_t told_ = 0;  // The second that was told last.
};

}  // namespace

QueueQuestion::QueueQuestion(const api::Context& context, std::string queue)
    : context_(context_for(context, "mailrail", "DescribeQueues")), queue_(std::move(queue)) {}

// Of all queues together only who may see all of them is told.
Question::Asked QueueQuestion::ask(engine::Engine& engine, engine::Turn&) {
  const Result<void> allowed =
      queue_.empty() ? authorize_for_all(context_) : api::authorize_for_account(context_);
  if (!allowed) {
    found_ = std::unexpected(allowed.error());
    return Asked::whole;
  }
  if (queue_.empty()) return Asked::whole;
  const engine::QueueName name{
      .region = context_.caller.region, .account = context_.caller.account, .name = queue_};
  const engine::Queue* queue = engine.find_queue(name);
  if (queue == nullptr ||
      !api::may_see(context_.caller, {.about = auth::About::queue, .name = name})) {
    found_ =
        fail(sqs::errors::queue_does_not_exist,
             fmt::format("There is no queue {} that this key may see.", mailrail::shown(queue_)));
  } else {
    found_ = queue->id;
  }
  return Asked::whole;
}

std::unique_ptr<Channel> make_channel(const Topic& topic,
                                      const ChannelParts& parts,
                                      std::optional<std::uint64_t> after) {
  switch (topic.kind) {
    case Topic::Kind::server:
      return std::make_unique<ActionChannel<admin::DescribeServer>>(Nothing());
    case Topic::Kind::queues:
      return std::make_unique<QueuesChannel>();
    case Topic::Kind::conversations:
      return std::make_unique<ConversationsChannel>(topic.queue);
    case Topic::Kind::consumers:
      return std::make_unique<ConsumersChannel>(topic.queue, parts.traffic);
    case Topic::Kind::history:
      return std::make_unique<HistoryChannel>(topic.queue, parts.recorder);
    case Topic::Kind::tail:
      return std::make_unique<TailChannel>(topic.queue, after);
    case Topic::Kind::topics:
      return std::make_unique<TopicsChannel>(parts.traffic);
    case Topic::Kind::activity:
      return std::make_unique<ActivityChannel>(parts.activity);
  }
  CHECK(false);
}

}  // namespace mailrail::console
