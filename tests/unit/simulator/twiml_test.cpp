#include "simulator/twiml.hpp"

#include <gtest/gtest.h>

namespace bizcomms::simulator {
namespace {

TEST(ParseXml, ReadsElementsAttributesAndEntities) {
  const auto root =
      parse_xml("<?xml version=\"1.0\"?>\n<!-- a --><R a='1 &amp; 2' b=\"x\"><S>&lt;hi&gt; &#233;&#xe9;</S><T/><![CDATA[<raw>]]></R>\n");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->attributes.at("a"), "1 & 2");
  EXPECT_EQ(root->text, "<raw>");
  ASSERT_EQ(root->children.size(), 2U);
  EXPECT_EQ(root->children[0].text, "<hi> éé");
}

TEST(ParseXml, RefusesWhatIsNotWellFormed) {
  for (const char* bad : {"", "text", "<a>", "<a></b>", "<a b=c/>", "<a b='1' b='2'/>", "<a>&bogus;</a>", "<a>&</a>", "<a/><b/>",
                          "<a b='<'/>", "<!DOCTYPE a><a/>", "<a><!-- </a>"}) {
    EXPECT_FALSE(parse_xml(bad)) << bad;
  }
  std::string deep;
  for (int i = 0; i < 50; ++i) { deep += "<a>"; }
  EXPECT_FALSE(parse_xml(deep));
}

TEST(ParseTwiml, HearsWhatIsSaidAndKnowsWhenKeysCount) {
  const auto script = parse_twiml(R"(<Response><Gather numDigits="1" timeout="10" finishOnKey="" action="https://x.test/g?a=1&amp;b=2">
    <Say>Alert: disk &amp; CPU high. Press 1.</Say></Gather><Say>Goodbye.</Say><Hangup/><Say>never</Say></Response>)");
  ASSERT_TRUE(script && script->gather);
  ASSERT_EQ(script->utterances.size(), 2U);
  EXPECT_EQ(script->utterances[0].text, "Alert: disk & CPU high. Press 1.");
  EXPECT_EQ(script->utterances[1].text, "Goodbye.");
  EXPECT_EQ(script->gather->action, "https://x.test/g?a=1&b=2");
  EXPECT_EQ(script->gather->digits, 1U);
  EXPECT_EQ(script->utterances[1].at, script->gather->until);
  EXPECT_GE(script->gather->until, Millis{10'000});
}

TEST(ParseTwiml, RefusesOtherDocuments) {
  EXPECT_FALSE(parse_twiml("<html/>"));
  EXPECT_FALSE(parse_twiml("Hello"));
}

TEST(ParseReplies, FindsMessages) {
  EXPECT_TRUE(parse_replies("<Response/>").empty());
  EXPECT_EQ(parse_replies("<Response><Message>a</Message><Message><Body>b</Body></Message></Response>"),
            (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace bizcomms::simulator
