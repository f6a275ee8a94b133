// KeyWatch: keeps the keys in force those of the key file, while the server runs.
//
// It looks at the file twice a second, from a thread of its own, and whenever it is told to. A file
// that is gone, or not right, changes nothing but the log: the last good keys stay in force. Keys
// that were given at the start are in force besides, and come first.

#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "auth/key.h"
#include "auth/key_file.h"
#include "auth/key_ring.h"
#include "base/result.h"

namespace mailrail::server {

class KeyWatch {
 public:
  // Refuses a file that is there and not right.
  static Result<std::unique_ptr<KeyWatch>> open(std::string file, std::vector<auth::Key> given);

  const auth::KeysInForce& keys() const { return keys_; }

  // From now on changes are seen.
  void start();
  // One look, on any thread.
  void look();

 private:
  KeyWatch(std::string file, std::vector<auth::Key> given);

  Result<void> read();
  void run(const std::stop_token& stop);

  const std::string file_;
  const std::vector<auth::Key> given_;
  auth::KeysInForce keys_;
  std::mutex looking_;  // Of what follows.
  std::optional<auth::FileStamp> seen_;
  std::mutex waiting_;
  std::condition_variable_any stopped_;
  std::jthread thread_;  // Last: it ends before what it uses.
};

}  // namespace mailrail::server
