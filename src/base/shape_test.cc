#include "base/shape.h"

#include <gtest/gtest.h>

namespace mailrail {
namespace {

struct Order {
  std::string name;
  std::optional<int> count;
  std::vector<std::string> lines;

  static constexpr Field fields[] = {
      field<&Order::name>("Name").required(),
      field<&Order::count>("Count").required(),
      field<&Order::lines>("Lines").required(),
  };
};

TEST(Shape, ReachesIntoAStructure) {
  Order order{.name = "tea", .count = 2, .lines = {}};
  const std::span<const Field> fields = shape_of<Order>.fields();

  *static_cast<std::string*>(fields[0].emplace(&order)) += "pot";
  fields[1].clear(&order);

  EXPECT_EQ(order.name, "pot");
  EXPECT_EQ(order.count, std::nullopt);
  EXPECT_EQ(fields[1].value(&order), nullptr);
}

TEST(FirstMissing, NamesTheFirstRequiredMemberThatHoldsNothing) {
  EXPECT_EQ(first_missing(Order{.name = "", .count = 1, .lines = {}}), "Name");
  EXPECT_EQ(first_missing(Order{.name = "tea", .count = {}, .lines = {}}), "Count");
}

TEST(FirstMissing, PassesATextThatWasSentEmptyWhereThatIsGiven) {
  EXPECT_EQ(first_missing(Order{.name = "", .count = 1, .lines = {}}, EmptyText::is_given),
            std::nullopt);
  EXPECT_EQ(first_missing(Order{.name = "", .count = {}, .lines = {}}, EmptyText::is_given),
            "Count");
}

TEST(FirstMissing, LeavesEmptyCollectionsToTheirAction) {
  EXPECT_EQ(first_missing(Order{.name = "tea", .count = 0, .lines = {}}), std::nullopt);
}

}  // namespace
}  // namespace mailrail
