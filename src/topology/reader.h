// Reader: makes a topology of tables that say what there shall be, however the file around them is
// built.
//
// Beside AWS's attributes it knows the short words: `dead_letters` with `receives_max`,
// `on_poison`, `tags`, and of a subscription `queue` or `url`. It collects problems and goes on.

#pragma once

#include <span>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "topology/attributes.h"
#include "topology/document.h"
#include "topology/problems.h"
#include "topology/topology.h"

namespace mailrail::topology {

class Reader {
 public:
  // Both outlive the reader.
  Reader(const Document& document, const Place& place) : document_(document), place_(place) {}

  void read_queue(const std::string& name,
                  const boost::json::value& value,
                  const std::string& path);
  void read_topic(const std::string& name,
                  const boost::json::value& value,
                  const std::string& path);
  void read_subscription(const boost::json::value& value, const std::string& path);

  // `sentence` without the place.
  void problem(const std::string& path, const std::string& sentence);
  void note(const std::string& path, const std::string& sentence);

  bool is_right() const { return problems_.empty(); }
  // Looks at the whole, too: whether names are used twice and what is referred to fits.
  Checked<Topology> finish();

 private:
  const boost::json::object* table(const boost::json::value& value, const std::string& path);
  bool take_attribute(std::span<const AttributeName> names,
                      const boost::json::key_value_pair& member,
                      const std::string& path,
                      Attributes& attributes);
  void unknown(std::string_view key,
               std::span<const AttributeName> names,
               std::span<const std::string_view> words,
               const std::string& path);
  Attributes tags(const boost::json::value& value, const std::string& path);
  std::string text(const boost::json::value& value, const std::string& path);
  void dead_letters(const boost::json::object& table,
                    const std::string& path,
                    Attributes& attributes);
  void check_fifo(std::string_view attribute,
                  std::string_view name,
                  const std::string& path,
                  Attributes& attributes);
  void endpoint(const boost::json::object& table, const std::string& path, Subscription& made);
  void check_dead_letter_queue(const Queue& queue);

  const Document& document_;
  const Place& place_;
  Topology made_;
  Problems problems_;
};

// Of a file of mailrail's own: `queues`, `topics`, `subscriptions`.
Checked<Topology> read_topology(const Document& document, const Place& place);

}  // namespace mailrail::topology
