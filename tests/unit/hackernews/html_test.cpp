#include "hackernews/html.hpp"

#include <gtest/gtest.h>

namespace bizcomms::hackernews {
namespace {

TEST(PlainText, DecodesNamedReferences) {
  EXPECT_EQ(plain_text("Show HN: A &amp; B &lt;c&gt; &quot;d&quot; &apos;e&apos;"), "Show HN: A & B <c> \"d\" 'e'");
  EXPECT_EQ(plain_text("caf&eacute; &euro;5 &mdash; &hellip;"), "café €5 — …");
}

TEST(PlainText, DecodesDecimalAndHexadecimalReferences) {
  EXPECT_EQ(plain_text("What&#x27;s new? It&#39;s &#128514; &#X1F602;"), "What's new? It's 😂 😂");
  EXPECT_EQ(plain_text("&#150;&#x93;"), "–“");  // Windows-1252, as browsers read it
}

TEST(PlainText, ReplacesReferencesToNoCharacter) {
  EXPECT_EQ(plain_text("a&#0;b&#xD800;c&#x110000;d&#99999999;"), "a\uFFFDb\uFFFDc\uFFFDd\uFFFD");
}

TEST(PlainText, DecodesOnlyOnce) { EXPECT_EQ(plain_text("&amp;lt;"), "&lt;"); }

TEST(PlainText, LeavesWhatIsNoReference) {
  EXPECT_EQ(plain_text("AT&T & R&D; &bogus; &; &#; &#x; &#12a; 100&"), "AT&T & R&D; &bogus; &; &#; &#x; &#12a; 100&");
}

TEST(PlainText, MakesOneLine) { EXPECT_EQ(plain_text("  a\n\tb&nbsp;&#10;c  "), "a b c"); }

}  // namespace
}  // namespace bizcomms::hackernews
