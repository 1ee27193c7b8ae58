#include "aws/xml.hpp"

#include <gtest/gtest.h>

namespace bizcomms::aws {
namespace {

TEST(QueryXml, FindsElementsByTheirLocalNames) {
  const auto xml = Xml::parse(R"(<?xml version="1.0"?><PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
    <PublishBatchResult><Successful><member><Id>a</Id><MessageId>1</MessageId></member><member><Id>b&amp;c</Id></member></Successful>
    <Failed/></PublishBatchResult></PublishBatchResponse>)");
  ASSERT_TRUE(xml);
  EXPECT_EQ(xml->root().name(), "PublishBatchResponse");
  const auto members = xml->root()["PublishBatchResult"]["Successful"].all("member");
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0]["MessageId"].text(), "1");
  EXPECT_EQ(members[1]["Id"].text(), "b&c");
  EXPECT_TRUE(xml->root()["PublishBatchResult"]["Failed"].all("member").empty());
}

TEST(QueryXml, FindsThemBehindAPrefixToo) {
  const auto xml = Xml::parse(R"(<a:Root xmlns:a="urn:x"><a:Child><![CDATA[<text>]]></a:Child></a:Root>)");
  ASSERT_TRUE(xml);
  EXPECT_EQ(xml->root().name(), "Root");
  EXPECT_EQ(xml->root()["Child"].text(), "<text>");
}

TEST(QueryXml, WhatIsAbsentIsEmpty) {
  const auto xml = Xml::parse("<Root/>");
  ASSERT_TRUE(xml);
  EXPECT_FALSE(xml->root()["A"]["B"].exists());
  EXPECT_EQ(xml->root()["A"]["B"].text(), "");
  EXPECT_EQ(xml->root()["A"].name(), "");
  EXPECT_TRUE(xml->root()["A"].all("B").empty());
}

TEST(QueryXml, RefusesWhatIsNoXml) {
  for (const char* text : {"", "no", "{}", "<a>", "<a></b>", "<!DOCTYPE html>"}) { EXPECT_FALSE(Xml::parse(text)) << text; }
}

TEST(QueryXml, ExpandsNoEntitiesOfTheDocuments) {
  const auto xml = Xml::parse(R"(<!DOCTYPE r [<!ENTITY big "xxxxxxxxxx">]><r>&big;</r>)");
  if (xml) { EXPECT_EQ(xml->root().text(), "&big;"); }
}

TEST(QueryXml, StandsDeepNesting) {
  constexpr int k_depth = 200'000;
  std::string text;
  for (int i = 0; i < k_depth; ++i) { text += "<a>"; }
  for (int i = 0; i < k_depth; ++i) { text += "</a>"; }
  EXPECT_TRUE(Xml::parse(text));
}

}  // namespace
}  // namespace bizcomms::aws
