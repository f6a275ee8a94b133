#include "tests/cases/storage.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/check.h"
#include "log/memory/memory_log.h"
#include "log/postgres/libpq_databases.h"
#include "log/postgres/postgres_log.h"

namespace mailrail::cases {
namespace {

using Visit = std::function<Result<void>(const log::Frame&)>;

class InMemory final : public Storage {
 public:
  std::unique_ptr<log::LogStore> open(const Visit& visit) override {
    auto log = std::make_unique<log::MemoryLog>(storage_);
    CHECK(log->scan(visit));
    return log;
  }

 private:
  log::MemoryLog::Storage storage_;
};

template <class Value>
Value needed(Result<Value> result) {
  if (!result) fmt::print(stderr, "{}\n", result.error().message);
  CHECK(result);
  return *std::move(result);
}

class InPostgres final : public Storage {
 public:
  explicit InPostgres(std::unique_ptr<log::postgres::Databases> databases)
      : databases_(std::move(databases)) {}

  std::unique_ptr<log::LogStore> open(const Visit& visit) override {
    auto log = needed(log::PostgresLog::open(*databases_));
    CHECK(log->scan(visit));
    const log::LogOwner owner{.node = "cases", .address = "127.0.0.1:4566"};
    CHECK(needed(log->take_over(needed(log->follow(visit)).lease, owner)));
    while (needed(log->follow(visit)).behind > 0) {
    }
    return log;
  }

 private:
  std::unique_ptr<log::postgres::Databases> databases_;
};

// One that neither this run nor another has in the same database.
std::string fresh_name() {
  static const auto run = std::chrono::system_clock::now().time_since_epoch().count();
  static int last = 0;
  return fmt::format("case_{}_{}", run, ++last);
}

}  // namespace

std::unique_ptr<Storage> storage_in_memory() { return std::make_unique<InMemory>(); }

std::unique_ptr<Storage> storage_in_postgres(const std::string& url) {
  return std::make_unique<InPostgres>(
      needed(log::postgres::LibpqDatabases::open({.url = url, .name = fresh_name()})));
}

}  // namespace mailrail::cases
