// Structures for the tests of the codecs: every kind of member, flattened as SQS has it and wrapped
// as SNS has it. No service's shapes change under these tests.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/shape.h"

namespace mailrail::wire::example {

struct Stamp {
  std::string kind;
  std::optional<std::string> text;
  std::optional<Blob> image;

  static constexpr Field fields[] = {
      field<&Stamp::kind>("Kind").required(),
      field<&Stamp::text>("Text"),
      field<&Stamp::image>("Image"),
  };
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

struct Page {
  std::string id;
  std::map<std::string, Stamp> stamps;

  static constexpr Field fields[] = {
      field<&Page::id>("Id").required(),
      field<&Page::stamps>("Stamps").flattened("Stamp").entry("Name", "Value"),
  };
  friend bool operator==(const Page&, const Page&) = default;
};

struct Letter {
  std::string to;
  std::optional<int> delay;
  std::int64_t weight = 0;
  bool is_urgent = false;
  Blob seal;
  std::vector<std::string> names;
  std::vector<std::string> wrapped_names;
  std::vector<Page> pages;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> wrapped_labels;
  std::map<std::string, Stamp> stamps;
  std::optional<Stamp> postmark;

  static constexpr Field fields[] = {
      field<&Letter::to>("To").required(),
      field<&Letter::delay>("Delay"),
      field<&Letter::weight>("Weight"),
      field<&Letter::is_urgent>("IsUrgent"),
      field<&Letter::seal>("Seal"),
      field<&Letter::names>("Names").flattened("Name").query_json("names"),
      field<&Letter::wrapped_names>("WrappedNames"),
      field<&Letter::pages>("Pages").flattened("Page"),
      field<&Letter::labels>("Labels").flattened("Label").entry("Key", "Value"),
      field<&Letter::wrapped_labels>("WrappedLabels"),
      field<&Letter::stamps>("Stamps").flattened("Stamp").entry("Name", "Value"),
      field<&Letter::postmark>("Postmark"),
  };
  friend bool operator==(const Letter&, const Letter&) = default;
};

}  // namespace mailrail::wire::example
