#include "cli/message_options.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/digest.h"
#include "base/shown.h"
#include "cli/exit_codes.h"

namespace mailrail::cli {
namespace {

Result<std::string> read_all(std::FILE* file, std::string_view name) {
  std::string bytes(message_file_bytes_max + 1, '\0');
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
  if (std::ferror(file) != 0) {
    return fail(errors::usage,
                fmt::format("Cannot read the message from {}: {}.", name, std::strerror(errno)));
  }
  if (bytes.size() <= message_file_bytes_max) return bytes;
  return fail(errors::usage,
              fmt::format("{} is too long for a message, which has at most {} bytes.", name,
                          message_file_bytes_max));
}

std::unexpected<Error> wrong_attribute(std::string_view option, std::string_view why) {
  return fail(errors::usage, fmt::format("--attribute {}: {}.", shown(option), why));
}

// `Number`, or with a label of one's own, `Number.float`; nothing if the value has no type.
std::optional<std::string_view> type_in(std::string_view value) {
  const std::size_t colon = value.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view type = value.substr(0, colon);
  const std::string_view base = type.substr(0, type.find('.'));
  if (base != "String" && base != "Number" && base != "Binary") return std::nullopt;
  return type;
}

Result<sns::MessageAttributeValue> parse_value(const std::string& option, std::size_t begin) {
  const std::string_view said = std::string_view(option).substr(begin);
  const std::optional<std::string_view> type = type_in(said);
  if (!type) {
    return sns::MessageAttributeValue{
        .data_type = "String", .string_value = std::string(said), .binary_value = {}};
  }
  const std::string_view text = said.substr(type->size() + 1);
  sns::MessageAttributeValue value{
      .data_type = std::string(*type), .string_value = {}, .binary_value = {}};
  if (!type->starts_with("Binary")) {
    value.string_value = text;
    return value;
  }
  std::optional<std::string> bytes = from_base64(text);
  if (!bytes) return wrong_attribute(option, "the value of a Binary must be base64");
  value.binary_value = Blob{*std::move(bytes)};
  return value;
}

}  // namespace

Result<std::string> read_message(const std::string& option) {
  if (option == "-") return read_all(stdin, "standard input");
  if (!option.starts_with('@')) return option;
  const std::string path = option.substr(1);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (file != nullptr) return read_all(file.get(), path);
  return fail(errors::usage,
              fmt::format("Cannot read the message from {}: {}.", path, std::strerror(errno)));
}

Result<sns::MessageAttributes> parse_attributes(const std::vector<std::string>& options) {
  sns::MessageAttributes attributes;
  for (const std::string& option : options) {
    const std::size_t equals = option.find('=');
    const std::string name = option.substr(0, equals);
    if (equals == std::string::npos || name.empty()) {
      return wrong_attribute(option,
                             "it must be NAME=VALUE, like store=fans, or NAME=TYPE:VALUE, like "
                             "price=Number:9");
    }
    const bool is_new = attributes.emplace(name, TRY(parse_value(option, equals + 1))).second;
    if (!is_new) return wrong_attribute(option, "there is an attribute of that name already");
  }
  return attributes;
}

Result<sqs::MessageAttributes> parse_sqs_attributes(const std::vector<std::string>& options) {
  sqs::MessageAttributes attributes;
  for (auto& [name, value] : TRY(parse_attributes(options))) {
    attributes.emplace(name, sqs::MessageAttributeValue{.string_value = value.string_value,
                                                        .binary_value = value.binary_value,
                                                        .data_type = *value.data_type});
  }
  return attributes;
}

}  // namespace mailrail::cli
