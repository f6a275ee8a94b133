#include "tests/cases/xml.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace mailrail::cases {
namespace {

std::unexpected<Error> bad_xml(std::string_view what, std::string_view rest) {
  return fail(errors::unusable, fmt::format("{} at `{}`", what, rest.substr(0, 40)));
}

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

// `name` is what stands between & and ;.
Result<void> append_entity(std::string& out, std::string_view name) {
  static constexpr std::pair<std::string_view, char> named[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [known, character] : named) {
    if (name != known) continue;
    out += character;
    return {};
  }
  std::uint32_t code = 0;
  if (!name.starts_with("#x")) return bad_xml("an unknown entity", name);
  const auto [end, status] = std::from_chars(name.data() + 2, name.data() + name.size(), code, 16);
  if (status != std::errc() || end != name.data() + name.size() || code > 0xffff)
    return bad_xml("a bad character reference", name);
  append_utf8(out, code);
  return {};
}

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Result<Element> document() {
    if (rest_.starts_with("<?xml")) rest_.remove_prefix(rest_.find("?>") + 2);
    Element root = TRY(element());
    if (rest_.find_first_not_of(" \n") != std::string_view::npos)
      return bad_xml("more after the document", rest_);
    return root;
  }

 private:
  Result<Element> element() {
    const std::size_t end = rest_.find('>');
    if (!rest_.starts_with('<') || end == std::string_view::npos)
      return bad_xml("no element", rest_);
    std::string_view tag = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    const bool is_closed = tag.ends_with('/');
    if (is_closed) tag.remove_suffix(1);
    Element read{.name = std::string(tag.substr(0, tag.find(' '))), .text = {}, .children = {}};
    if (!is_closed) TRY(content(read));
    return read;
  }

  Result<void> content(Element& parent) {
    const std::string end = "</" + parent.name + ">";
    while (!rest_.starts_with("</")) {
      if (rest_.empty()) return bad_xml("no " + end, rest_);
      if (rest_.starts_with('<')) {
        parent.children.push_back(TRY(element()));
      } else {
        TRY(character(parent.text));
      }
    }
    if (!rest_.starts_with(end)) return bad_xml("no " + end, rest_);
    rest_.remove_prefix(end.size());
    return {};
  }

  Result<void> character(std::string& out) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    if (byte < 0x20 && byte != '\t' && byte != '\n')
      return bad_xml("a bare control character", rest_);
    if (byte != '&') {
      out += rest_.front();
      rest_.remove_prefix(1);
      return {};
    }
    const std::size_t end = rest_.find(';');
    if (end == std::string_view::npos) return bad_xml("a bare &", rest_);
    TRY(append_entity(out, rest_.substr(1, end - 1)));
    rest_.remove_prefix(end + 1);
    return {};
  }

  std::string_view rest_;
};

}  // namespace

const Element* Element::child(std::string_view child_name) const {
  const auto found = std::ranges::find(children, child_name, &Element::name);
  return found == children.end() ? nullptr : &*found;
}

Result<Element> read_xml(std::string_view text) { return Reader(text).document(); }

}  // namespace mailrail::cases
