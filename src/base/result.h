// Result<T>: a value or an Error. Fallible functions return it; nothing of ours is thrown.
//
// TRY(expression) yields the value or returns the error to the caller:
//   const Queue* queue = TRY(find(name));
// One TRY to an expression, and not in a coroutine.

#pragma once

#include <expected>
#include <string>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace mailrail {

template <class Value>
using Result = std::expected<Value, Error>;

inline std::unexpected<Error> fail(const ErrorKind& kind, std::string message) {
  return std::unexpected<Error>(Error{.kind = &kind, .message = std::move(message)});
}

namespace detail {
template <class Value>
Value yield(std::expected<Value, Error>&& result) {
  if constexpr (!std::is_void_v<Value>) return *std::move(result);
}
}  // namespace detail

}  // namespace mailrail

#define TRY(expression)                                                              \
  __extension__({                                                                    \
    auto mailrail_result = (expression);                                             \
    if (!mailrail_result) [[unlikely]]                                               \
      return std::unexpected<::mailrail::Error>(std::move(mailrail_result).error()); \
    ::mailrail::detail::yield(std::move(mailrail_result));                           \
  })
