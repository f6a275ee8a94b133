// sync_ceiling: how many times a second one thread can write 1 KiB and have it on the disk. No
// server that keeps one message at a time durable can be faster on one connection.
//
// `append` lets the file grow, so that each sync writes its length, too; `overwrite` writes where
// bytes are already, as a log does that uses its files again. Prints one JSON object.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t block_bytes = 1024;
constexpr off_t overwritten_bytes = 64 << 20;  // A segment of mailrail's.

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

// So that every block has a place on the disk before the first is measured.
void fill(int file) {
  const std::string zeros(1 << 20, '\0');
  for (off_t at = 0; at < overwritten_bytes; at += static_cast<off_t>(zeros.size()))
    if (pwrite(file, zeros.data(), zeros.size(), at) != static_cast<ssize_t>(zeros.size()))
      fail("write");
  if (fsync(file) != 0) fail("fsync");
}

}  // namespace

int main(int argument_count, char** arguments) {
  const std::string_view how = argument_count == 4 ? arguments[1] : "";
  if (how != "append" && how != "overwrite") {
    std::fprintf(stderr, "usage: sync_ceiling append|overwrite FILE SECONDS\n");
    return 2;
  }
  const int file = open(arguments[2], O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) fail(arguments[2]);
  if (how == "overwrite") fill(file);

  const std::string block(block_bytes, 'x');
  const std::chrono::duration<double> length(std::atof(arguments[3]));
  const Clock::time_point start = Clock::now();
  long syncs = 0;
  off_t at = 0;
  std::chrono::duration<double> passed{};
  for (; passed < length; passed = Clock::now() - start) {
    if (pwrite(file, block.data(), block.size(), at) != static_cast<ssize_t>(block.size()))
      fail("write");
    if (fdatasync(file) != 0) fail("fdatasync");
    ++syncs;
    at += static_cast<off_t>(block_bytes);
    if (how == "overwrite") at %= overwritten_bytes;
  }
  std::printf("{\"syncs\": %ld, \"seconds\": %.3f, \"syncs_per_second\": %.0f}\n", syncs,
              passed.count(), static_cast<double>(syncs) / passed.count());
  unlink(arguments[2]);
  return 0;
}
