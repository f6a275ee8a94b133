#include "cli/key_options.h"

#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "auth/key.h"
#include "cli/argument.h"

namespace mailrail::cli {
namespace {

// Where one half of a key may come from.
struct Place {
  std::string variable;
  std::string credential;  // A file's name.
};

const Place id_place{.variable = "MAILRAIL_ACCESS_KEY_ID", .credential = "mailrail_access_key_id"};
const Place secret_place{.variable = "MAILRAIL_SECRET_ACCESS_KEY",
                         .credential = "mailrail_secret_access_key"};

// Without the end of the line. Nothing if there is no such file.
Result<std::optional<std::string>> read_credential(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file && errno == ENOENT) return std::nullopt;
  std::string text;
  std::getline(file, text, '\0');  // Through an iterator a directory would throw.
  if (!file.eof()) {
    return fail(mailrail::errors::unusable,
                fmt::format("Cannot read the credential {}: {}.", path,
                            file.good() ? "it has a byte of zero in it"
                                        : std::generic_category().message(errno)));
  }
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

Result<std::optional<std::string>> find(const Place& place, const Environment& environment) {
  if (auto value = environment(place.variable)) return value;
  const auto directory = environment("CREDENTIALS_DIRECTORY");
  if (!directory) return std::nullopt;
  return read_credential(*directory + "/" + place.credential);
}

}  // namespace

void add_key_options(CLI::App& serve, KeyOptions& options) {
  add_option(serve, "--keys", options.file,
             "The file that keys are kept in, as mailrail key makes it. While there is one, "
             "or a key in MAILRAIL_ACCESS_KEY_ID and MAILRAIL_SECRET_ACCESS_KEY, every "
             "request must be signed with a key. Default: keys.json in the data directory.");
  add_flag(serve, "--insecure", options.is_insecure,
           "Listen beyond loopback although there are no keys: whoever reaches the server "
           "may do everything.");
}

Result<server::Options> with_keys(server::Options options,
                                  const KeyOptions& given,
                                  const Environment& environment) {
  options.key_file = given.file.value_or("");
  if (given.is_insecure) options.without_keys = server::WithoutKeys::anything;
  const std::optional<std::string> id = TRY(find(id_place, environment));
  const std::optional<std::string> secret = TRY(find(secret_place, environment));
  if (id.has_value() != secret.has_value()) {
    return fail(mailrail::errors::unusable,
                fmt::format("{} is set and {} is not: a key needs both.",
                            id ? id_place.variable : secret_place.variable,
                            id ? secret_place.variable : id_place.variable));
  }
  if (id) {
    options.given_keys.push_back(TRY(auth::chosen_key({.key_id = *id, .secret = *secret})));
  }
  return options;
}

}  // namespace mailrail::cli
