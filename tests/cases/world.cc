#include "tests/cases/world.h"

#include <utility>

#include "admin/service.h"
#include "base/check.h"
#include "engine/fact_codec.h"
#include "signing/signing_testing.h"
#include "sns/service.h"
#include "sqs/service.h"
#include "sts/service.h"

namespace mailrail::cases {
namespace {

Result<void> apply(engine::Engine& engine, const log::Frame& frame) {
  return engine::decode_facts(
      frame.payload, [&](const engine::Fact& fact, engine::FactPlace place) {
        engine.apply(
            fact, engine::Body{.position = frame.position + place.offset, .length = place.length});
      });
}

}  // namespace

World::World(std::unique_ptr<Storage> storage)
    : storage_(std::move(storage)),
      services_{sqs::service(), sns::service(), sts::service(), admin::service()} {
  start();
}

void World::start() {
  dispatcher_.reset();
  broker_.reset();
  log_.reset();
  engine_ = std::make_unique<engine::Engine>(random_.next(), strictness_);
  log_ = storage_->open([this](const log::Frame& frame) { return apply(*engine_, frame); });
  traffic_ = std::make_unique<broker::Traffic>(*engine_);
  key_rates_ = std::make_unique<api::KeyRates>();
  options_.traffic = traffic_.get();
  broker::Outbox& outbox = *this;
  broker_ = std::make_unique<broker::Broker>(*engine_, *log_, random_, outbox, options_);
  run({});
  signer_ = std::make_unique<signing::Signer>();
  const engine::SigningKey* key = engine_->signing_key();
  CHECK(signer_->load(key == nullptr ? signing::test_key_pair()
                                     : signing::KeyPair{.private_key = key->private_key,
                                                        .certificate = key->certificate}));
  dispatcher_ =
      std::make_unique<api::Dispatcher>(api::Dispatcher::Parts{.services = services_,
                                                               .identity = engine_->identity(),
                                                               .signer = *signer_,
                                                               .traffic = traffic_.get(),
                                                               .key_rates = key_rates_.get()});
}

std::uint64_t World::ask(http::Request request) {
  auth::Caller caller = auth::caller_of(request);
  return ask(std::move(request), std::move(caller));
}

std::uint64_t World::ask(http::Request request, auth::Caller caller) {
  const std::uint64_t call = ++last_call_;
  api::Made made =
      dispatcher_->dispatch(std::move(request), std::move(caller), {}, call, slots_, random_);
  if (made) {
    Md5Batch digests;
    (*made)->add_texts(digests);
    digests.write();
    std::vector<std::unique_ptr<broker::Call>> calls;
    calls.push_back(*std::move(made));
    run(std::move(calls));
  } else {
    answers_.emplace(call, std::move(made).error());
  }
  return call;
}

const http::Response* World::answer(std::uint64_t call) const {
  const auto found = answers_.find(call);
  return found == answers_.end() ? nullptr : &found->second;
}

std::string World::token(std::string_view subscription_arn, engine::TokenUse use) const {
  const engine::Identity& identity = engine_->identity();
  const std::string_view id = subscription_arn.substr(subscription_arn.rfind(':') + 1);
  const auto subscription = identity.read_subscription_id(id);
  return subscription ? identity.endpoint_token(*subscription, use) : std::string();
}

void World::advance(Duration time) {
  const Instant end = now_ + time;
  for (auto next = broker_->next_turn(); next && *next <= end; next = broker_->next_turn()) {
    now_ = std::max(now_, *next);
    turn({});
  }
  now_ = end;
  run({});
}

void World::restart() {
  broker_->stop_waiting();
  run({});
  CHECK(broker_->is_idle());
  start();
}

void World::limit_memory(std::uint64_t bytes_max) {
  options_.memory_bytes_max = bytes_max;
  restart();
}

void World::be_strict() {
  strictness_ = engine::Strictness::aws;
  restart();
}

void World::crash() { start(); }

// As the engine's thread does it: turns as long as one is due.
void World::run(std::vector<std::unique_ptr<broker::Call>> calls) {
  turn(std::move(calls));
  while (broker_->next_turn().value_or(Instant::max()) <= now_) turn({});
}

void World::turn(std::vector<std::unique_ptr<broker::Call>> calls) {
  broker_->turn(now_, std::move(calls));
  while (const log::SharedFrame frame = broker_->take_frame()) {
    CHECK(log_->append(*frame).outcome == log::Outcome::durable);
    ++frames_;
    broker_->durable();
  }
}

void World::release(std::unique_ptr<broker::Call> call, std::vector<log::SharedFrame> frames) {
  const auto& answered = dynamic_cast<const api::ApiCall&>(*call);
  const auto places = call->bodies();
  std::vector<std::string> read(frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i] == nullptr)
      read[i] = log_->read(places[i].position, places[i].length).value_or("");
  }
  answers_.emplace(call->id(),
                   answered.finish(api::Bodies(places, std::move(frames), std::move(read))));
}

void World::drop(std::unique_ptr<broker::Call>) {}

void World::parked(const broker::Call& call) {
  dynamic_cast<const api::ApiCall&>(call).slot.give_back();
}

}  // namespace mailrail::cases
