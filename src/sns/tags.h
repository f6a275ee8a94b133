// The tags of topics: names with values that an owner gives them, for bills and inventories.
// Here is what AWS takes as one, and how many; no rule of SNS's reads them.

#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "sns/topic_shapes.h"

namespace mailrail::sns {

using TagMap = std::map<std::string, std::string>;

// Each key once.
Result<TagMap> checked_tags(std::span<const Tag> tags);
Result<void> check_tag_keys(std::span<const std::string> keys);
// How many a topic would have.
Result<void> check_tag_count(std::size_t count);

std::vector<Tag> listed_tags(const TagMap& tags);

}  // namespace mailrail::sns
