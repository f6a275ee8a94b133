// What tests of what pages follow share: an engine, what went through it, and who looks.
//
// Nothing here is part of mailrail itself.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "broker/traffic.h"
#include "console/channel.h"
#include "console/question.h"
#include "engine/engine.h"

namespace mailrail::console {

class ConsoleTest : public ::testing::Test {
 protected:
  ConsoleTest() { engine.found(turn); }

  static engine::QueueName named(const std::string& name) {
    return {.region = std::string(auth::default_region),
            .account = std::string(auth::default_account),
            .name = name};
  }

  QueueId create(const std::string& name) {
    return engine.create_queue(turn, named(name), {.is_fifo = name.ends_with(".fifo")}, {});
  }
  void send(QueueId queue, const std::string& group = "") {
    engine.send(turn, {.queue = queue,
                       .group = group,
                       .deduplication_id = std::to_string(++sent),
                       .record = "body"});
  }

  // As a page of that key would; without one nobody needs any.
  api::Context context(std::shared_ptr<const auth::Grant> grant = nullptr) {
    return {.caller = {.grant = std::move(grant)},
            .endpoint = "http://h",
            .identity = &engine.identity(),
            .signer = &signer,
            .traffic = &traffic};
  }
  static std::shared_ptr<const auth::Grant> viewer_of(std::vector<std::string> queues) {
    return std::make_shared<const auth::Grant>(auth::Grant{.key_id = "AKIABOB",
                                                           .name = "bob",
                                                           .roles = {auth::Role::view},
                                                           .queues = std::move(queues)});
  }

  // How many turns it took.
  int answer(Question& question) {
    int turns = 1;
    while (question.ask(engine, turn) == Question::Asked::in_part) ++turns;
    return turns;
  }
  void look(Channel& channel, const api::Context& by) {
    const std::unique_ptr<Question> question = channel.ask(by);
    answer(*question);
    channel.take(turn.now);
  }
  void look(Channel& channel) { look(channel, context()); }

  void pass(Duration time) { turn.now += time; }

  engine::Engine engine{1};
  broker::Traffic traffic{engine};
  SeededRandom random{7};
  engine::FactWriter facts{Position(4096), &traffic};
  engine::Turn turn{.now = from_unix_ms(1'735'689'600'000), .random = random, .facts = facts};
  signing::Signer signer;
  int sent = 0;
};

}  // namespace mailrail::console
