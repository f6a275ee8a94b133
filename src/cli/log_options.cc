#include "cli/log_options.h"

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "cli/address.h"
#include "log/postgres/libpq_databases.h"
#include "log/postgres/postgres_log.h"
#include "log/postgres/spool.h"

namespace mailrail::cli {
namespace {

// Of frames that are kept in the directory, so that bodies are seldom fetched from the database.
constexpr std::uint64_t spool_bytes_max = std::uint64_t{1} << 30;

Result<void> expect_nothing(const LogOptions& given) {
  const auto said = [](const std::optional<std::string>& option) { return option.has_value(); };
  if (!said(given.name) && !said(given.advertise) && !said(given.password_file)) return {};
  return fail(errors::unusable,
              fmt::format("{} goes with --log, which says what database the log is in.",
                          said(given.name)        ? "--log-name"
                          : said(given.advertise) ? "--advertise"
                                                  : "--log-password-file"));
}

Result<std::string> advertised(const LogOptions& given) {
  if (!given.advertise) return std::string();
  const std::optional<Address> address = parse_address(*given.advertise);
  if (address && address->port != 0) return *given.advertise;
  return fail(errors::unusable,
              fmt::format("--advertise must be HOST:PORT, like 10.0.0.7:4566, not \"{}\".",
                          *given.advertise));
}

// Shared, as functions that are copied must share what they use.
struct Opener {
  std::unique_ptr<log::postgres::LibpqDatabases> databases;
  std::unique_ptr<log::postgres::Spool> spool = nullptr;
};

}  // namespace

Result<server::Options> with_log(server::Options options, const LogOptions& given) {
  if (!given.url) {
    TRY(expect_nothing(given));
    return options;
  }
  log::postgres::DatabaseOptions database{.url = *given.url,
                                          .password_file = given.password_file.value_or("")};
  if (given.name) database.name = *given.name;
  const auto opener = std::make_shared<Opener>(
      Opener{.databases = TRY(log::postgres::LibpqDatabases::open(database))});
  const auto connect = [opener](log::Disk& disk,
                                std::size_t cache_bytes_max) -> Result<server::OpenSharedLog> {
    opener->spool = TRY(log::postgres::Spool::open(disk, spool_bytes_max));
    return [opener, cache_bytes_max]() -> Result<std::unique_ptr<log::SharedLog>> {
      return log::PostgresLog::open(
          *opener->databases, {.spool = opener->spool.get(), .cache_bytes_max = cache_bytes_max});
    };
  };
  options.shared_log = server::SharedLogOptions{
      .connect = connect, .name = opener->databases->name(), .advertised = TRY(advertised(given))};
  return options;
}

}  // namespace mailrail::cli
