#include <gtest/gtest.h>

#include "bizcomms/alert/validation.hpp"

namespace bizcomms::alert {
namespace {

using Tags = std::vector<std::string>;

TEST(Tags, AreTrimmedLoweredSortedAndUnique) {
  EXPECT_EQ(normalised_tags({" Tech ", "news", "TECH", "a b"}), (Tags{"a b", "news", "tech"}));
}

TEST(Tags, LoseUnicodeWhiteSpaceAtTheEndsOnly) {
  EXPECT_EQ(normalised_tags({"\u00A0\u2003x\u3000y\u2028\t\n"}), (Tags{"x\u3000y"}));
  EXPECT_EQ(normalised_tags({" \u2009 "}), (Tags{""}));
}

TEST(Tags, AreLoweredInLatinGreekAndCyrillic) {
  EXPECT_EQ(normalised_tags({"ÀÉÖØÞ"}), (Tags{"àéöøþ"}));
  EXPECT_EQ(normalised_tags({"ΑΩΆΈΌΎΏΪ"}), (Tags{"αωάέόύώϊ"}));
  EXPECT_EQ(normalised_tags({"АЯЁЂЏҐӀӁӐ"}), (Tags{"аяёђџґӏӂӑ"}));
}

TEST(Tags, KeepWhatHasNoCase) { EXPECT_EQ(normalised_tags({"×÷ß日本😀҂"}), (Tags{"×÷ß日本😀҂"})); }

TEST(Tags, AreTheSameWhenNormalisedAgain) {
  const Tags once = normalised_tags({" Ärger", "ΣΊΣΥΦΟΣ", "Ӂ ", "z", "Z"});
  EXPECT_EQ(normalised_tags(once), once);
}

TEST(Tags, KeepBytesThatAreNotUtf8ForValidationToRefuse) { EXPECT_EQ(normalised_tags({"A\xFF"}), (Tags{"a\xFF"})); }

}  // namespace
}  // namespace bizcomms::alert
