// A reader of XML, as strict as the answers of AWS are plain: elements and text, attributes
// skipped.
//
// It refuses what other readers would change or reject: a bare CR, a control character, an entity
// that XML doesn't know. For tests only.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mailrail::cases {

struct Element {
  std::string name;
  std::string text;  // Of this element alone.
  std::vector<Element> children;

  const Element* child(std::string_view child_name) const;
};

Result<Element> read_xml(std::string_view text);

}  // namespace mailrail::cases
