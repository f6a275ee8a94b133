// Ill-formed requests: an example with one thing wrong, in every way, as they go over the wire.
// Each brings along what must come of it.

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "tests/illformed/example.h"
#include "tests/illformed/ill_values.h"

namespace mailrail::illformed {

struct IllRequest {
  std::string name;  // What is wrong, and where.
  http::Request request;
  Verdict verdict;
  const Place* place = nullptr;  // Null if it is not about one.
};

using Visit = std::function<void(IllRequest)>;

// The example's own request, with that input.
http::Request request_of(const Scene& scene,
                         std::string_view action,
                         const boost::json::object& input);

// Every value of every place, in every way.
void each_ill_value(const Scene& scene, const Example& example, const Visit& visit);
// Whole bodies that are wrong.
void each_ill_body(const Scene& scene, const Example& example, const Visit& visit);
// Heads whose parts are wrong: target, path, Host, Accept.
void each_ill_head(const Scene& scene, const Example& example, const Visit& visit);
// The example's body as far as every one of its bytes.
void each_truncation(const Scene& scene, const Example& example, const Visit& visit);

}  // namespace mailrail::illformed
