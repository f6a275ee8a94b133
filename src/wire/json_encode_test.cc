#include "wire/json_encode.h"

#include <gtest/gtest.h>

#include "wire/example_shapes.h"

namespace mailrail::wire {
namespace {

struct Listing {
  std::vector<std::string> names;
  std::vector<std::string> others;

  static constexpr Field fields[] = {
      field<&Listing::names>("names").flattened("Name").shown_empty(),
      field<&Listing::others>("others").flattened("Other"),
  };
};

using example::Letter;
using example::Page;
using example::Stamp;

TEST(JsonEncode, LeavesOutAbsentOptionalsAndEmptyCollections) {
  EXPECT_EQ(encode_json(Letter{}), R"({"To":"","Weight":0,"IsUrgent":false,"Seal":""})");
  EXPECT_EQ(encode_json(Nothing{}), "{}");
}

TEST(JsonEncode, ShowsAnEmptyCollectionOnlyWhereItsFieldSaysSo) {
  EXPECT_EQ(encode_json(Listing{}), R"({"names":[]})");
}

TEST(JsonEncode, WritesMapsAsObjectsAndBlobsAsBase64) {
  const Page page{.id = "1",
                  .stamps = {{"trace", Stamp{.kind = "Binary", .text = {}, .image = Blob{"any"}}}}};

  EXPECT_EQ(encode_json(page), R"({"Id":"1","Stamps":{"trace":{"Kind":"Binary","Image":"YW55"}}})");
}

TEST(JsonEncode, WritesFlattenedMapsAsEntriesAndWhatIsAbsentAsNullInAnAnswerToQuery) {
  const Letter letter{
      .to = "x", .names = {"a"}, .labels = {{"k", "v"}}, .wrapped_labels = {{"k", "v"}}};
  std::string out;
  JsonWriter json(out);

  write_query_json(json, source_of(letter));

  EXPECT_EQ(out, R"({"To":"x","Delay":null,"Weight":0,"IsUrgent":false,"Seal":"","names":["a"],)"
                 R"("WrappedNames":null,"Pages":null,"Labels":[{"Key":"k","Value":"v"}],)"
                 R"("WrappedLabels":{"k":"v"},"Stamps":null,"Postmark":null})");
}

}  // namespace
}  // namespace mailrail::wire
