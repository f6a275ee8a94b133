// The lines of a dump, as `export` writes and `import` reads them: JSON, one object a line.
//
// A queue begins with a line of its settings; its messages follow in their order, each with the
// name of its queue. So a dump can be cut, joined and filtered by line.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/shape.h"

namespace mailrail::cli {

struct DumpedQueue {
  std::map<std::string, std::string> attributes;
  std::map<std::string, std::string> tags;

  static constexpr Field fields[] = {
      field<&DumpedQueue::attributes>("Attributes"),
      field<&DumpedQueue::tags>("Tags"),
  };
};

// What `import` looks at before it reads the message: outgoing.h does that.
struct DumpLine {
  std::string queue_name;
  std::optional<DumpedQueue> queue;
  std::string message_id;
  std::optional<std::string> body;

  static constexpr Field fields[] = {
      field<&DumpLine::queue_name>("QueueName"),
      field<&DumpLine::queue>("Queue"),
      field<&DumpLine::message_id>("MessageId"),
      field<&DumpLine::body>("Body"),
  };
};

}  // namespace mailrail::cli
