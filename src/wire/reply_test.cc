#include "wire/reply.h"

#include <gtest/gtest.h>

#include "wire/example_shapes.h"

namespace mailrail::wire {
namespace {

using example::Page;
using example::Stamp;

constexpr Service flat{.xml_namespace = "http://queue.amazonaws.com/doc/2012-11-05/",
                       .error_namespace = "com.amazonaws.sqs",
                       .framework_error_namespace = "com.amazon.coral.service",
                       .error_detail = ErrorDetail::empty};
constexpr Service wrapped{.xml_namespace = "http://sns.amazonaws.com/doc/2010-03-31/",
                          .error_namespace = "com.amazonaws.sns",
                          .framework_error_namespace = "com.amazon.coral.service",
                          .error_detail = ErrorDetail::absent};
constexpr Answer answer{.action = "ReadPage", .request_id = "8d9"};

constexpr ErrorKind no_page{.name = "PageDoesNotExist",
                            .query_code = "AWS.NonExistentPage",
                            .http_status = 400,
                            .query_message = "No page for this wsdl version."};
constexpr ErrorKind broken{.name = "BrokenException",
                           .query_code = "Broken",
                           .http_status = 500,
                           .origin = ErrorOrigin::framework};

const Page page{.id = "<1>", .stamps = {{"a", Stamp{.kind = "String", .text = "x", .image = {}}}}};

struct NoPages {
  std::vector<Page> pages;
  static constexpr Field fields[] = {field<&NoPages::pages>("Pages").flattened("Page")};
};

TEST(RenderOutput, InAwsJson) {
  EXPECT_EQ(render_output(Protocol::json, flat, answer, page),
            R"({"Id":"<1>","Stamps":{"a":{"Kind":"String","Text":"x"}}})");
  EXPECT_EQ(render_output(Protocol::json, flat, answer, Nothing{}), "{}");
}

TEST(RenderOutput, InXml) {
  EXPECT_EQ(render_output(Protocol::query, flat, answer, page),
            "<?xml version=\"1.0\"?><ReadPageResponse "
            "xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><ReadPageResult>"
            "<Id>&lt;1&gt;</Id><Stamp><Name>a</Name><Value><Kind>String</Kind><Text>x</Text></"
            "Value></Stamp>"
            "</ReadPageResult><ResponseMetadata><RequestId>8d9</RequestId></ResponseMetadata></"
            "ReadPageResponse>");
}

TEST(RenderOutput, ClosesAnEmptyResultByItself) {
  EXPECT_EQ(render_output(Protocol::query, flat, answer, NoPages{}),
            "<?xml version=\"1.0\"?><ReadPageResponse "
            "xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><ReadPageResult/>"
            "<ResponseMetadata><RequestId>8d9</RequestId></ResponseMetadata></ReadPageResponse>");
}

struct NoFields {
  static constexpr std::array<Field, 0> fields{};
};

// SDKs look for the result that AWS's model names, though there is nothing in it.
TEST(RenderOutput, HasAnEmptyResultWhereTheOutputHasNoFields) {
  EXPECT_EQ(render_output(Protocol::query, wrapped, answer, NoFields{}),
            "<?xml version=\"1.0\"?><ReadPageResponse "
            "xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><ReadPageResult/>"
            "<ResponseMetadata><RequestId>8d9</RequestId></ResponseMetadata></ReadPageResponse>");
  EXPECT_EQ(render_output(Protocol::query_json, wrapped, answer, NoFields{}),
            R"({"ReadPageResponse":{"ReadPageResult":{},"ResponseMetadata":{"RequestId":"8d9"}}})");
}

TEST(RenderOutput, HasNoResultWhereTheActionHasNoOutput) {
  EXPECT_EQ(render_output(Protocol::query, flat, answer, Nothing{}),
            "<?xml version=\"1.0\"?><ReadPageResponse "
            "xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\">"
            "<ResponseMetadata><RequestId>8d9</RequestId></ResponseMetadata></ReadPageResponse>");
  EXPECT_EQ(render_output(Protocol::query_json, flat, answer, Nothing{}),
            R"({"ReadPageResponse":{"ResponseMetadata":{"RequestId":"8d9"}}})");
}

TEST(RenderOutput, InTheJsonRenderingOfQuery) {
  EXPECT_EQ(
      render_output(Protocol::query_json, flat, answer, page),
      R"({"ReadPageResponse":{"ReadPageResult":{"Id":"<1>","Stamps":[{"Name":"a","Value":{"Kind":"String","Text":"x","Image":null}}]},)"
      R"("ResponseMetadata":{"RequestId":"8d9"}}})");
}

TEST(RenderError, InAwsJson) {
  EXPECT_EQ(render_error(Protocol::json, flat, "8d9", {&no_page, "No \"page\"."}),
            R"({"__type":"com.amazonaws.sqs#PageDoesNotExist","message":"No \"page\"."})");
  EXPECT_EQ(render_error(Protocol::json, flat, "8d9", {&broken, "x"}),
            R"({"__type":"com.amazon.coral.service#BrokenException","message":"x"})");
}

TEST(RenderError, InXmlWithTheWordingOfQuery) {
  EXPECT_EQ(render_error(Protocol::query, flat, "8d9", {&no_page, "No page."}),
            "<?xml version=\"1.0\"?><ErrorResponse "
            "xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><Error><Type>Sender</Type>"
            "<Code>AWS.NonExistentPage</Code><Message>No page for this wsdl "
            "version.</Message><Detail/></Error>"
            "<RequestId>8d9</RequestId></ErrorResponse>");
}

TEST(RenderError, InXmlWithoutDetailAndFromTheReceiver) {
  EXPECT_EQ(render_error(Protocol::query, wrapped, "8d9", {&broken, "a & b"}),
            "<?xml version=\"1.0\"?><ErrorResponse "
            "xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Receiver</Type>"
            "<Code>Broken</Code><Message>a &amp; "
            "b</Message></Error><RequestId>8d9</RequestId></ErrorResponse>");
}

TEST(RenderError, InTheJsonRenderingOfQuery) {
  EXPECT_EQ(
      render_error(Protocol::query_json, flat, "8d9", {&broken, "x"}),
      R"({"Error":{"Type":"Receiver","Code":"Broken","Message":"x","Detail":null},"RequestId":"8d9"})");
}

TEST(QueryErrorHeader, NamesTheCodeAndWhoseFaultItIs) {
  EXPECT_EQ(query_error_header(no_page), "AWS.NonExistentPage;Sender");
  EXPECT_EQ(query_error_header(broken), "Broken;Receiver");
}

}  // namespace
}  // namespace mailrail::wire
