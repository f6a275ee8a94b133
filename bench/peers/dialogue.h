// What one connection says to a peer of mailrail, in the peer's own protocol.
//
// Bytes go in and bytes come out; there is no socket and no clock here, so that tests can cut an
// answer wherever they like. A dialogue does no more than it must, as the load generator shares its
// machine with the server it measures: what never changes is prepared, and of an answer no more is
// read than whether it is what was asked for.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace mailrail::bench::peers {

inline constexpr std::size_t batch_size = 10;

// What the queue is called, and a redis consumer group, wherever one has a name.
inline constexpr std::string_view queue_name = "bench";

enum class Work {
  send,            // One message, and its answer.
  send_batch,      // Ten, in one request or in one write.
  receive_delete,  // Up to ten, and then what ends them.
};

enum class State {
  open,    // More will come.
  whole,   // The request is answered.
  broken,  // The peer won't go on with this connection.
};

// What came of received bytes.
struct Heard {
  std::size_t bytes = 0;     // So many are understood, and are not shown again.
  std::size_t messages = 0;  // Sent or received, as far as these bytes say.
  State state = State::open;
  std::string error = {};  // What the peer said instead of what was asked for.
};

class Dialogue {
 public:
  virtual ~Dialogue() = default;

  // The next of what opens the connection; empty once it is open. Each is answered.
  virtual std::string_view greeting() { return {}; }
  // The next of the work. It stays until another is asked for.
  virtual std::string_view request() = 0;
  // What has arrived since the last whole answer, without what was understood already.
  virtual Heard hear(std::string_view received) = 0;
  // Whether the answer may never come, as the peer sends when it has something.
  virtual bool is_pushed() const { return false; }
};

// Whose requests have so many answers each, one behind the other.
class CountedAnswers : public Dialogue {
 public:
  Heard hear(std::string_view received) final;

 protected:
  void expect(std::size_t answers) { missing_ = answers; }

 private:
  // The first answer of what is left, and its bytes; 0: it is not here in whole.
  virtual std::size_t hear_one(std::string_view rest, Heard& heard) = 0;

  std::size_t missing_ = 0;
};

std::unique_ptr<Dialogue> redis_dialogue(Work work, std::size_t body_bytes, std::size_t number);
std::unique_ptr<Dialogue> beanstalkd_dialogue(Work work, std::size_t body_bytes);
std::unique_ptr<Dialogue> amqp_dialogue(Work work, std::size_t body_bytes);

}  // namespace mailrail::bench::peers
