#include "log/postgres/libpq_databases.h"

#include <fstream>
#include <utility>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace mailrail::log::postgres {
namespace {

constexpr std::size_t name_length_max = 40;

Result<std::string> first_line_of(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  if (in) std::getline(in, line);
  if (line.ends_with('\r')) line.pop_back();
  if (!line.empty()) return line;
  return fail(errors::unusable,
              fmt::format("The password file {} can't be read, or its first line is empty.", file));
}

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= name_length_max &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

// What the URL says, without what only libpq's defaults say.
Result<Connection::Parameters> parse(const std::string& url) {
  if (!url.starts_with("postgres://") && !url.starts_with("postgresql://")) {
    return fail(errors::unusable,
                "The log's URL must begin with postgres://, like postgres://HOST/DATABASE.");
  }
  char* problem = nullptr;
  PQconninfoOption* const options = PQconninfoParse(url.c_str(), &problem);
  if (options == nullptr) {
    const std::string text = problem == nullptr ? "it can't be read" : problem;
    PQfreemem(problem);
    return fail(errors::unusable,
                fmt::format("The log's URL is not one of PostgreSQL's: {}", text));
  }
  Connection::Parameters parameters;
  for (const PQconninfoOption* each = options; each->keyword != nullptr; ++each) {
    if (each->val != nullptr) parameters.emplace(each->keyword, each->val);
  }
  PQconninfoFree(options);
  return parameters;
}

}  // namespace

Result<std::unique_ptr<LibpqDatabases>> LibpqDatabases::open(const DatabaseOptions& options) {
  if (!is_name(options.name)) {
    return fail(errors::unusable,
                fmt::format("A log's name is 1 to {} of a-z, 0-9 and _, not \"{}\".",
                            name_length_max, options.name));
  }
  Connection::Parameters parameters = TRY(parse(options.url));
  if (parameters.contains("password") || parameters.contains("sslpassword")) {
    return fail(errors::unusable,
                "The log's URL has a password in it, which everybody on this machine could read. "
                "Give it by a password file (--log-password-file or PGPASSFILE), by a service file "
                "(PGSERVICEFILE), or by the environment (PGPASSWORD).");
  }
  const auto said = [&](const char* keyword, const char* otherwise) {
    const auto found = parameters.find(keyword);
    return found == parameters.end() ? std::string(otherwise) : found->second;
  };
  const std::string place = parameters.contains("service")
                                ? "service " + parameters.at("service")
                                : fmt::format("postgres://{}:{}/{}", said("host", "(PGHOST)"),
                                              said("port", "5432"), said("dbname", "(PGDATABASE)"));
  if (!options.password_file.empty())
    parameters["password"] = TRY(first_line_of(options.password_file));
  for (const auto& [keyword, value] :
       Connection::Parameters{{"fallback_application_name", "mailrail"},
                              {"client_encoding", "UTF8"},
                              {"keepalives_idle", "2"},
                              {"keepalives_interval", "1"},
                              {"keepalives_count", "3"},
                              {"tcp_user_timeout", "5000"}}) {
    parameters.emplace(keyword, value);  // Unless the URL says otherwise.
  }
  parameters["target_session_attrs"] = "read-write";
  return std::unique_ptr<LibpqDatabases>(
      new LibpqDatabases({.parameters = std::move(parameters),
                          .schema = "mailrail_" + options.name,
                          .name = fmt::format("{} in {}", options.name, place),
                          .absent = options.absent,
                          .connect_patience = options.connect_patience}));
}

std::unique_ptr<Database> LibpqDatabases::session() {
  return std::make_unique<LibpqDatabase>(target_, was_there_);
}

}  // namespace mailrail::log::postgres
