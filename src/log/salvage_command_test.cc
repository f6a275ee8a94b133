#include "log/salvage_command.h"

#include <gtest/gtest.h>

namespace mailrail::log {
namespace {

TEST(SalvageCommand, NamesTheDirectoryAndAPlaceBesideIt) {
  EXPECT_EQ(salvage_command("/var/lib/mailrail"),
            "mailrail salvage /var/lib/mailrail --to /var/lib/mailrail-salvaged");
  EXPECT_EQ(salvage_command("./mailrail-data"),
            "mailrail salvage ./mailrail-data --to ./mailrail-data-salvaged");
  EXPECT_EQ(salvage_command("data/"), "mailrail salvage data --to data-salvaged");
}

TEST(SalvageCommand, QuotesWhatAShellWouldTakeApart) {
  EXPECT_EQ(salvage_command("/tmp/my data; it's"),
            "mailrail salvage '/tmp/my data; it'\\''s' --to '/tmp/my data; it'\\''s-salvaged'");
  EXPECT_EQ(salvage_command("-data"), "mailrail salvage ./-data --to ./-data-salvaged");
}

TEST(SalvageCommand, NeverPutsTheResultIntoTheDirectory) {
  EXPECT_EQ(salvage_command("."), "mailrail salvage . --to ./../salvaged");
  EXPECT_EQ(salvage_command("/data/.."), "mailrail salvage /data/.. --to /data/../../salvaged");
}

}  // namespace
}  // namespace mailrail::log
