// Whatever is damaged, what comes out is whole and has every message that is provably so.

#include "ops/salvage.h"

#include <algorithm>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ops/salvage_testing.h"

namespace mailrail::ops {
namespace {

using log::format::page_bytes;
using sim::SimDisk;
using testing::HasSubstr;

struct DamagedPart {
  std::string file;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  // A segment's first page has the salt without which no frame of it is known.
  bool touches(const Stretch& stretch) const {
    const bool has_header = begin < page_bytes;
    return file == stretch.file && (has_header || (begin < stretch.end && stretch.begin < end));
  }
};

// What must be true of a salvaged directory, whatever was damaged in one part.
void expect_all_that_is_whole(const ServedDirectory& served,
                              SimDisk& damaged,
                              const DamagedPart& part) {
  Outcome result = salvage_of(damaged);
  expect_whole(result.disk);
  std::string message_id;
  const std::map<Seq, std::string> bodies = bodies_in(result.disk, &message_id);

  for (const auto& [origin, record] : bodies) {
    ASSERT_TRUE(served.known.contains(origin)) << "never sent";
    EXPECT_EQ(record, served.known.at(origin).record);
    if (served.alive.contains(origin)) continue;
    EXPECT_TRUE(std::ranges::any_of(served.known.at(origin).removals,
                                    [&](const Stretch& each) { return part.touches(each); }))
        << "message " << origin.value() << " came again";
  }
  for (const Seq origin : served.alive) {
    if (part.touches(served.known.at(origin).bodies.back())) continue;
    EXPECT_TRUE(bodies.contains(origin)) << "message " << origin.value() << " is lost\n"
                                         << text_of(result.salvaged, "from", "to");
  }
  EXPECT_EQ(message_id == served.message_id, !result.salvaged.has_new_secret);
  // Damage to the last frame after an unclean stop looks like a torn write.
  const bool may_be_torn = result.salvaged.inspected.last_stop == log::LastStop::unclean &&
                           part.touches(served.known.rbegin()->second.bodies.back());
  EXPECT_TRUE(!result.salvaged.is_all() ||
              bodies.size() + (may_be_torn ? 1 : 0) >= served.alive.size());
}

TEST(Salvage, OfAWholeDirectoryKeepsEverything) {
  for (const Stop stop : {Stop::clean, Stop::unclean}) {
    for (const Trimmed trimmed : {Trimmed::no, Trimmed::yes}) {
      ServedDirectory served(stop, trimmed);

      Outcome result = salvage_of(served.disk);

      EXPECT_TRUE(result.salvaged.is_all()) << text_of(result.salvaged, "a", "b");
      EXPECT_EQ(result.salvaged.messages, served.alive.size());
      expect_whole(result.disk);
      EXPECT_EQ(bodies_in(result.disk).size(), served.alive.size());
    }
  }
}

void for_each_damaged_page(const ServedDirectory& served,
                           const std::function<void(SimDisk&, const DamagedPart&)>& visit) {
  for (const std::string& name : served.disk.names()) {
    const std::string bytes = served.disk.content(name);
    for (std::uint64_t page = 0; page < bytes.size(); page += page_bytes) {
      const std::uint64_t end = std::min<std::uint64_t>(bytes.size(), page + page_bytes);
      for (const std::uint64_t at : {page + 8, page + 90}) {
        if (at >= end) continue;
        SimDisk flipped = served.disk;
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 0x04);
        flipped.put(name, changed);
        // A version that is higher is somebody else's, not damage.
        if (name != "JOURNAL" || at != page + 8)
          visit(flipped, {.file = name, .begin = page, .end = end});
      }
      SimDisk zeroed = served.disk;
      std::string changed = bytes;
      changed.replace(page, end - page, end - page, '\0');
      zeroed.put(name, changed);
      visit(zeroed, {.file = name, .begin = page, .end = end});
    }
  }
}

TEST(Salvage, KeepsAllThatIsWholeWhicheverPageIsDamaged) {
  for (const Stop stop : {Stop::clean, Stop::unclean}) {
    for (const Trimmed trimmed : {Trimmed::no, Trimmed::yes}) {
      const ServedDirectory served(stop, trimmed);
      for_each_damaged_page(served, [&](SimDisk& disk, const DamagedPart& part) {
        SCOPED_TRACE(part.file + " at " + std::to_string(part.begin) +
                     (stop == Stop::clean ? " closed" : " killed") +
                     (trimmed == Trimmed::yes ? " trimmed" : ""));
        expect_all_that_is_whole(served, disk, part);
      });
    }
  }
}

TEST(Salvage, KeepsAllThatIsWholeWhicheverFileIsCutShortOrMissing) {
  for (const Trimmed trimmed : {Trimmed::no, Trimmed::yes}) {
    const ServedDirectory served(Stop::clean, trimmed);
    for (const std::string& name : served.disk.names()) {
      SCOPED_TRACE(name);
      const std::string bytes = served.disk.content(name);
      SimDisk without = served.disk;
      without.erase(name);
      expect_all_that_is_whole(served, without, {.file = name, .begin = 0, .end = bytes.size()});
      for (std::uint64_t size = page_bytes; size < bytes.size(); size += page_bytes) {
        SimDisk cut = served.disk;
        cut.put(name, bytes.substr(0, size));
        expect_all_that_is_whole(served, cut, {.file = name, .begin = size, .end = bytes.size()});
      }
    }
  }
}

// Not everything can be right then, but nothing may be wrong.
TEST(Salvage, NeverInventsAMessageHoweverMuchIsDamaged) {
  SeededRandom random(17);
  for (int run = 0; run < 150; ++run) {
    const ServedDirectory served(random.below(2) == 0 ? Stop::clean : Stop::unclean,
                                 random.below(2) == 0 ? Trimmed::no : Trimmed::yes);
    SimDisk damaged = served.disk;
    for (std::uint64_t left = 1 + random.below(30); left > 0; --left) {
      const std::vector<std::string> names = damaged.names();
      const std::string& name = names[random.below(names.size())];
      std::string bytes = damaged.content(name);
      if (random.below(20) == 0 && names.size() > 3) {
        damaged.erase(name);
      } else if (!bytes.empty() && name != "JOURNAL") {
        bytes[random.below(bytes.size())] ^= static_cast<char>(1 + random.below(255));
        damaged.put(name, bytes);
      }
    }
    Outcome result = salvage_of(damaged);
    expect_whole(result.disk);
    for (const auto& [origin, record] : bodies_in(result.disk)) {
      ASSERT_TRUE(served.known.contains(origin));
      EXPECT_EQ(record, served.known.at(origin).record);
    }
  }
}

TEST(Salvage, KeepsAStateThatIsTheSameIfOnlyTheJournalIsLost) {
  for (const Trimmed trimmed : {Trimmed::no, Trimmed::yes}) {
    ServedDirectory served(Stop::clean, trimmed);
    served.disk.erase("JOURNAL");

    Outcome result = salvage_of(served.disk);

    EXPECT_EQ(bodies_in(result.disk).size(), served.alive.size());
    EXPECT_EQ(result.salvaged.queues, 6u);
    EXPECT_FALSE(result.salvaged.has_new_secret);
    EXPECT_THAT(text_of(result.salvaged, "a", "b"),
                HasSubstr("JOURNAL at offset 0: the file is missing"));
  }
}

TEST(Salvage, GivesMessagesOfAQueueWhoseNameIsLostANewOne) {
  ServedDirectory served(Stop::clean, Trimmed::yes);
  std::string bytes = served.disk.content("checkpoint-000000000000");
  bytes[page_bytes + 100] = static_cast<char>(bytes[page_bytes + 100] ^ 1);
  served.disk.put("checkpoint-000000000000", bytes);

  Outcome result = salvage_of(served.disk);

  EXPECT_FALSE(result.salvaged.is_all());
  EXPECT_THAT(result.salvaged.invented, testing::IsSupersetOf({"salvaged-1", "salvaged-3.fifo"}));
  EXPECT_TRUE(result.salvaged.has_new_secret);
  EXPECT_EQ(bodies_in(result.disk).size(), served.alive.size());
}

// A directory of two subscriptions of HTTP endpoints, each with a message that waits, of which the
// first also waits to be confirmed again; without its facts for which `leaves_out` holds.
SimDisk directory_without(const std::function<bool(const engine::Fact&)>& leaves_out) {
  SimDisk disk(1);
  SmallServer server(disk, 5);
  engine::FactWriter written{Position(1 << 20)};
  server.turn([&](engine::Turn& turn) {
    engine::Engine& engine = server.engine();
    engine::Turn unwritten{.now = turn.now, .random = turn.random, .facts = written};
    engine.found(unwritten);
    const TopicId topic = engine.create_topic(unwritten, {.name = "t"}, {}, {});
    std::vector<engine::PublishTarget> targets;
    for (const char* endpoint : {"http://one", "http://two"}) {
      const SubscriptionId made =
          engine.subscribe(unwritten, {.topic = topic,
                                       .protocol = engine::Protocol::http,
                                       .endpoint = endpoint,
                                       .state = engine::SubscriptionState::confirmed});
      targets.push_back({.queue = engine.delivery_queue(made)->id,
                         .subscription = made,
                         .protocol = engine::Protocol::http});
    }
    engine.send(unwritten, {.queue = targets[0].queue, .record = "confirm"});
    engine.publish(unwritten, {.topic = topic, .record = "news", .targets = targets});
    EXPECT_TRUE(
        engine::decode_facts(written.payload(), [&](const engine::Fact& fact, engine::FactPlace) {
          if (!leaves_out(fact)) turn.facts.append(fact);
        }));
  });
  server.log().close().value();
  return disk;
}

// What is found on a salvaged directory when it is served.
struct Served {
  explicit Served(SimDisk& disk) {
    SeededRandom random(3);
    const auto log = *log::FileLog::open(disk, random, small_log);
    EXPECT_TRUE(broker::replay(*log, engine));
  }
  std::uint64_t waiting(SubscriptionId id) const {
    const engine::Queue* queue = engine.delivery_queue(id);
    return queue == nullptr ? 99 : engine.counts(queue->id).visible;
  }

  engine::Engine engine{2};
};

TEST(Salvage, KeepsDeliveryQueuesAndWhatWaitsInThem) {
  SimDisk disk = directory_without([](const engine::Fact&) { return false; });

  Outcome result = salvage_of(disk);

  EXPECT_TRUE(result.salvaged.is_all()) << text_of(result.salvaged, "a", "b");
  EXPECT_EQ(result.salvaged.queues, 0u) << "they are nobody's to see";
  const Served served(result.disk);
  EXPECT_EQ(served.waiting(SubscriptionId(1)), 2u);
  EXPECT_EQ(served.waiting(SubscriptionId(2)), 1u);
}

TEST(Salvage, GivesWhatWaitedForALostSubscriptionAQueueThatCanBeReceivedFrom) {
  SimDisk disk = directory_without([](const engine::Fact& fact) {
    const auto* created = std::get_if<engine::SubscriptionCreated>(&fact);
    return created != nullptr && created->subscription == SubscriptionId(1);
  });
  NoProgress progress;
  EXPECT_FALSE(verify(disk, 1, progress)->is_whole());
  EXPECT_NE(refusal_of_start(disk), "");

  Outcome result = salvage_of(disk);

  EXPECT_FALSE(result.salvaged.is_all());
  EXPECT_THAT(text_of(result.salvaged, "a", "b"),
              HasSubstr("what it was still to be sent is in queue salvaged-1."));
  expect_whole(result.disk);
  const Served served(result.disk);
  const engine::Queue* queue = served.engine.find_queue(
      {.region = "us-east-1", .account = "000000000000", .name = "salvaged-1"});
  ASSERT_NE(queue, nullptr);
  EXPECT_EQ(served.engine.counts(queue->id).visible, 1u) << "but nobody else can confirm";
  EXPECT_EQ(served.engine.delivery_queue(SubscriptionId(1)), nullptr);
  EXPECT_EQ(served.waiting(SubscriptionId(2)), 1u);
}

TEST(Salvage, GivesASubscriptionWhoseDeliveryQueueIsLostAnotherOne) {
  SimDisk disk = directory_without([](const engine::Fact& fact) {
    const auto* created = std::get_if<engine::QueueCreated>(&fact);
    return created != nullptr && created->attributes.subscription == SubscriptionId(2);
  });
  EXPECT_NE(refusal_of_start(disk), "");

  Outcome result = salvage_of(disk);

  expect_whole(result.disk);
  const Served served(result.disk);
  EXPECT_EQ(served.waiting(SubscriptionId(1)), 2u);
  EXPECT_EQ(served.waiting(SubscriptionId(2)), 0u);
  EXPECT_THAT(result.salvaged.invented, testing::ElementsAre("salvaged-2"));
  EXPECT_EQ(bodies_in(result.disk).size(), 3u);
}

TEST(Salvage, DoesNotBringBackADeliveryQueueThatOutlivedItsSubscription) {
  SimDisk disk(1);
  SmallServer server(disk, 5);
  server.turn([&](engine::Turn& turn) {
    engine::Engine& engine = server.engine();
    engine.found(turn);
    const TopicId topic = engine.create_topic(turn, {.name = "t"}, {}, {});
    const SubscriptionId id =
        engine.subscribe(turn, {.topic = topic, .protocol = engine::Protocol::http});
    engine.send(turn, {.queue = engine.delivery_queue(id)->id, .record = "confirm"});
    turn.facts.append(engine::SubscriptionDeleted{.subscription = id, .at = turn.now});
  });
  server.log().close().value();
  EXPECT_NE(refusal_of_start(disk), "");
  NoProgress progress;
  EXPECT_FALSE(verify(disk, 1, progress)->is_whole());

  Outcome result = salvage_of(disk);

  expect_whole(result.disk);
  EXPECT_TRUE(bodies_in(result.disk).empty());
}

void harm_body(ServedDirectory& served, Seq message) {
  const Stretch body = served.known.at(message).bodies.back();
  std::string bytes = served.disk.content(body.file);
  bytes[body.begin + 300] = static_cast<char>(bytes[body.begin + 300] ^ 1);
  served.disk.put(body.file, bytes);
}

TEST(Salvage, ListsALostMessageByTheIdThatARedriveGaveIt) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  ASSERT_FALSE(served.redriven.empty());
  const auto& [lost, id] = *served.redriven.begin();
  harm_body(served, lost);

  const Outcome result = salvage_of(served.disk);

  EXPECT_EQ(result.salvaged.lost_messages, 1u);
  EXPECT_THAT(text_of(result.salvaged, "a", "b"), HasSubstr("(" + id + ")"));
}

TEST(Salvage, ListsMessagesWhoseBodiesAreLost) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  const Seq lost = *served.alive.begin();
  harm_body(served, lost);

  Outcome result = salvage_of(served.disk);

  EXPECT_EQ(result.salvaged.lost_messages, 1u);
  EXPECT_THAT(text_of(result.salvaged, "a", "b"), HasSubstr(engine::sequence_number(lost) + " ("));
  EXPECT_EQ(bodies_in(result.disk).size(), served.alive.size() - 1);
}

TEST(Salvage, KeepsLeasesCountsOrderAndDeduplicationAsTheyWere) {
  for (const Trimmed trimmed : {Trimmed::no, Trimmed::yes}) {
    ServedDirectory served(Stop::clean, trimmed);

    Outcome result = salvage_of(served.disk);

    EXPECT_EQ(state_of(result.disk), state_of(served.disk));
  }
}

TEST(Salvage, TellsTheNumbersOfMessagesThatNothingElseTellsOf) {
  SimDisk disk(1);
  std::vector<Stretch> frames;
  std::vector<Seq> seqs;
  {
    SmallServer server(disk);
    server.turn([&](engine::Turn& turn) {
      server.engine().found(turn);
      server.engine().create_queue(turn, {.region = "r", .account = "a", .name = "q"}, {}, {});
    });
    for (int i = 0; i < 5; ++i) {
      frames.push_back(server.turn([&](engine::Turn& turn) {
        seqs.push_back(server.engine().send(turn, {.queue = QueueId(1), .record = "message"}).seq);
      }));
    }
    server.log().close().value();
  }
  std::string bytes = disk.content(frames[1].file);
  bytes.replace(frames[1].begin, frames[2].end - frames[1].begin, 2 * page_bytes, 'z');
  disk.put(frames[1].file, bytes);

  const Outcome result = salvage_of(disk);

  EXPECT_THAT(text_of(result.salvaged, "a", "b"),
              HasSubstr(engine::sequence_number(seqs[1]) + " to " +
                        engine::sequence_number(seqs[2]) + ": 2 messages\n"));
  EXPECT_EQ(result.salvaged.missing.size(), 1u);
}

TEST(Salvage, ChangesNothingInTheSource) {
  ServedDirectory served(Stop::unclean, Trimmed::yes);
  const SimDisk before = served.disk;
  const std::uint64_t changes = served.disk.changes();

  salvage_of(served.disk);

  EXPECT_EQ(served.disk.changes(), changes);
  EXPECT_EQ(served.disk.names(), before.names());
}

TEST(Salvage, RefusesATargetThatIsNotEmpty) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  SimDisk to(1, "/salvaged");
  to.put("notes.txt", "mine");
  SeededRandom random(11);
  NoProgress progress;

  const auto salvaged = salvage(served.disk, to, random, progress);

  ASSERT_FALSE(salvaged);
  EXPECT_THAT(salvaged.error().message, HasSubstr("/salvaged is not empty: notes.txt is in it"));
  EXPECT_EQ(to.names(), std::vector<std::string>{"notes.txt"});
}

// A power cut at every change: no server ever takes half of the result for the whole.
TEST(Salvage, IsAllOrNothingToAServerWhereverItIsInterrupted) {
  ServedDirectory served(Stop::clean, Trimmed::yes);
  SimDisk complete(1, "/salvaged");
  SeededRandom counting(11);
  NoProgress progress;
  ASSERT_TRUE(salvage(served.disk, complete, counting, progress));
  std::size_t unfinished = 0;
  for (std::uint64_t change = 1; change <= complete.changes(); ++change) {
    for (const sim::Unsynced unsynced : sim::all_unsynced) {
      SimDisk to(change, "/salvaged");
      to.inject_at_change(change, sim::Fault::power_cut);
      SeededRandom random(11);
      EXPECT_FALSE(salvage(served.disk, to, random, progress));
      to.restart(unsynced);

      if (to.names().empty()) continue;  // Nothing was begun.
      const std::string refusal = refusal_of_start(to);

      if (refusal.empty()) {
        EXPECT_EQ(bodies_in(to).size(), served.alive.size()) << "change " << change;
      } else {
        ++unfinished;
      }
    }
  }
  EXPECT_GT(unfinished, 50u);
}

TEST(Salvage, SaysThatAnUnfinishedResultIsOne) {
  ServedDirectory served(Stop::clean, Trimmed::no);
  SimDisk to(1, "/salvaged");
  to.inject_at_change(12, sim::Fault::no_space);
  SeededRandom random(11);
  NoProgress progress;
  ASSERT_FALSE(salvage(served.disk, to, random, progress));

  EXPECT_EQ(
      refusal_of_start(to),
      "The data directory /salvaged is the unfinished result of `mailrail salvage`; remove it "
      "and salvage again.");
}

}  // namespace
}  // namespace mailrail::ops
