#include "wire/form.h"

#include <gtest/gtest.h>

namespace mailrail::wire {
namespace {

using Kind = DecodeError::Kind;

TEST(Form, DecodesPercentEscapesAndPlus) {
  const Decoded<Form> form =
      Form::parse("", "MessageBody=a+b%2Bc%20%26%3d%C3%A9&Action=SendMessage&Flag&=nameless&&");

  ASSERT_TRUE(form);
  EXPECT_EQ(form->find("MessageBody"), "a b+c &=\u00e9");
  EXPECT_EQ(form->find("Action"), "SendMessage");
  EXPECT_EQ(form->find("Flag"), "");
  EXPECT_EQ(form->find(""), "nameless");
  EXPECT_EQ(form->find("Messag"), std::nullopt);
}

TEST(Form, TakesTheBodyOverTheQueryStringAndTheLastOverTheFirst) {
  const Decoded<Form> form = Form::parse("a=1&b=1", "b=2&c=3&c=4");

  ASSERT_TRUE(form);
  EXPECT_EQ(form->find("a"), "1");
  EXPECT_EQ(form->find("b"), "2");
  EXPECT_EQ(form->find("c"), "4");
}

TEST(Form, KeepsItsViewsWhenItIsMoved) {
  Decoded<Form> form = Form::parse("a=1");

  const Form moved = *std::move(form);

  EXPECT_EQ(moved.find("a"), "1");
}

TEST(Form, FindsParametersByTheBeginningOfTheirName) {
  const Decoded<Form> form = Form::parse("Tag.2=b&Tag=x&Tag.1=a&Tags=y&Tag-1=z");

  ASSERT_TRUE(form);
  const std::span<const Parameter> found = form->beginning_with("Tag.");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].value, "a");
  EXPECT_EQ(found[1].value, "b");
}

TEST(Form, RefusesBrokenEscapes) {
  for (const std::string_view text : {"a=%", "a=%4", "a=%4g", "%zz=1"}) {
    EXPECT_EQ(Form::parse(text).error().kind, Kind::malformed) << text;
  }
  EXPECT_EQ(Form::parse("a=%zz").error().message(),
            "a has a '%' that two hexadecimal digits do not follow.");
}

TEST(Form, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(Form::parse("Body=%ff").error(),
            (DecodeError{Kind::malformed, "Body", "is not UTF-8"}));
  EXPECT_EQ(Form::parse("Body=\xc3&x=\xa9").error().path, "Body");
}

TEST(Form, BoundsTheNumberOfParameters) {
  std::string many;
  for (std::size_t i = 0; i < form_parameters_max; ++i) many += "a&";

  EXPECT_TRUE(Form::parse(many));
  EXPECT_EQ(Form::parse(many, "b").error().kind, Kind::malformed);
}

}  // namespace
}  // namespace mailrail::wire
