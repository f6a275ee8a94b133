// SimPostgres: a PostgreSQL in memory, with a synchronous standby and bad luck.
//
// Statements are carried out one after the other, as by a serializable database. A session may be
// lost before the server has the statement or after it is committed, or while it is still under
// way: then it is carried out later, or never. A restart and a fail-over end all sessions; after a
// fail-over all that was confirmed is there, and of what was not, a part. What is not confirmed is
// seen by others all the same. Whatever a deposed owner changed is told by complaint().

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "log/postgres/database.h"

namespace mailrail::sim {

// What it should check, and does not.
enum class Unfenced : std::uint8_t {
  nothing,
  inserts,      // Of an older epoch are carried out, too.
  take_overs,   // Do not count the epoch up.
  checkpoints,  // Of a deposed owner are finished.
  trims,        // A deposed owner may drop what it likes.
};

class SimPostgres final : public log::postgres::Databases {
 public:
  enum class Mishap : std::uint8_t {
    lost_before,  // The session; the server never gets the statement.
    lost_after,   // It is committed, and nobody is told.
    late,         // It is under way, and will be carried out some time or never.
    restart,      // Of the server, in the middle of the statement.
    fail_over,    // Likewise.
    away,         // The server can't be reached, for some time.
  };

  explicit SimPostgres(std::uint64_t seed, Unfenced about = Unfenced::nothing)
      : random_(seed), about_(about) {}

  std::unique_ptr<log::postgres::Database> session() override;
  std::string name() const override { return "the simulated database"; }

  // One statement in so many meets with a mishap; 0: none does.
  void be_unlucky(std::uint64_t one_in) { unlucky_one_in_ = one_in; }
  // The next statement meets this one.
  void inject(Mishap mishap) { injected_ = mishap; }
  // What others do while a session waits for the server, and then for its answer.
  void meanwhile(std::function<void()> others) { others_ = std::move(others); }

  void restart();
  void fail_over();
  // So many attempts to connect fail.
  void go_away(std::uint64_t attempts);
  // What is late is carried out or dropped.
  void settle();
  bool has_late() const { return !late_.empty(); }
  // Something that a fail-over may take back.
  bool has_unconfirmed() const { return !unconfirmed_.empty(); }

  std::uint64_t statements() const { return statements_; }
  // The highest that any owner ever had.
  std::uint64_t newest_epoch() const { return newest_epoch_; }
  const std::optional<std::string>& complaint() const { return complaint_; }
  // What happened how often.
  const std::map<std::string, std::uint64_t>& met() const { return met_; }

 private:
  friend class SimSession;
  struct Checkpoint {
    std::optional<log::postgres::StoredCheckpoint> finished = {};
    std::map<std::uint32_t, log::postgres::StoredPart> parts = {};
  };
  struct Tables {
    bool exist = false;
    log::Lease lease = {};
    std::map<std::uint64_t, log::postgres::StoredFrame> frames = {};  // By position.
    std::set<std::uint64_t> partitions = {};
    std::map<std::uint64_t, Checkpoint> checkpoints = {};
  };
  using Change = log::postgres::Change;
  // Keeps all that it needs: it may be carried out when its session is long gone.
  struct Statement {
    std::function<Change(Tables&)> run;
    std::optional<std::uint64_t> epoch = {};  // Of the owner who alone may do it.
    bool changes_owner = false;
    // It commits also if it changes nothing, and so waits for the standby.
    bool locks_lease = false;
  };

  Result<void> connect(std::uint64_t& session);
  void disconnect(std::uint64_t session) { sessions_.erase(session); }
  Result<void> begin(std::uint64_t session);
  Result<void> end(std::uint64_t session) const;
  Result<Change> change(std::uint64_t session, Statement statement);
  template <class Question>
  auto ask(std::uint64_t session, Question question)
      -> Result<decltype(question(std::declval<const Tables&>()))>;

  std::optional<Mishap> mishap();
  void strike(std::uint64_t session, Mishap mishap);
  Change commit(const Statement& statement);
  void confirm();
  void go_on_with_late();
  void wait_for_late();
  void audit(const Statement& statement, std::uint64_t epoch_before);
  bool is_fenced(const Tables& tables, std::uint64_t epoch, std::optional<Unfenced> unless) const {
    return tables.lease.epoch != epoch && about_ != unless;
  }
  bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }

  SeededRandom random_;
  const Unfenced about_;
  std::uint64_t unlucky_one_in_ = 0;
  std::optional<Mishap> injected_;
  std::function<void()> others_;

  Tables primary_;                      // What statements see.
  Tables standby_;                      // What is there after a fail-over in any case.
  std::vector<Statement> unconfirmed_;  // What the primary has done that the standby has not.
  std::vector<Statement> late_;

  std::uint64_t session_next_ = 1;
  std::set<std::uint64_t> sessions_;
  std::uint64_t away_ = 0;  // Attempts to connect that will fail.
  std::uint64_t statements_ = 0;
  std::uint64_t newest_epoch_ = 0;
  std::optional<std::string> complaint_;
  std::map<std::string, std::uint64_t> met_;
};

}  // namespace mailrail::sim
