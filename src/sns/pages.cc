#include "sns/pages.h"

#include "base/digest.h"
#include "sns/errors.h"

namespace mailrail::sns {

std::string make_token(std::string_view last) { return base64(last); }

Result<std::optional<std::string>> read_token(const std::optional<std::string>& token) {
  if (!token || token->empty()) return std::optional<std::string>();
  std::optional<std::string> last = from_base64(*token);
  if (!last) return errors::invalid_parameter("NextToken");
  return last;
}

}  // namespace mailrail::sns
