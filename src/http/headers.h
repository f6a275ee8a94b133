// Headers: the header fields of one request or response, in the order they came.
//
// All names and values lie in one string, so that a request costs two allocations whatever it
// carries. Names compare without regard to case, as HTTP says.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailrail::http {

struct Header {
  std::string_view name;
  std::string_view value;

  friend bool operator==(const Header&, const Header&) = default;
};

bool equal_ignoring_case(std::string_view left, std::string_view right);

class Headers {
 public:
  void add(std::string_view name, std::string_view value);

  // The first of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;

  // Views are good until the next add().
  std::size_t size() const { return places_.size(); }
  Header operator[](std::size_t index) const;

 private:
  struct Place {
    std::uint32_t begin;  // Of the name in `text_`; the value follows it.
    std::uint32_t name_bytes;
    std::uint32_t value_bytes;
  };

  bool is_named(const Place& place, std::string_view name) const;
  Header header_at(const Place& place) const;

  std::string text_;
  std::vector<Place> places_;
};

}  // namespace mailrail::http
