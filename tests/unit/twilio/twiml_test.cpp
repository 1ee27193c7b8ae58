#include "bizcomms/twilio/twiml.hpp"

#include <gtest/gtest.h>

#include "bizcomms/alert/validation.hpp"
#include "bizcomms/twilio/webhooks.hpp"
#include "unit/twilio/fixtures.hpp"

namespace bizcomms::twilio {
namespace {

TEST(XmlEscaped, WritesEntities) { EXPECT_EQ(xml_escaped("a & b <c> \"d\" 'e'"), "a &amp; b &lt;c&gt; &quot;d&quot; &apos;e&apos;"); }

TEST(XmlEscaped, LeavesOutWhatXmlForbids) {
  EXPECT_EQ(xml_escaped(std::string("a\0b\x01"
                                    "c\x1f"
                                    "d\te\nf\rg\x7f",
                                    14)),
            "abcd\te\nf\rg\x7f");
  EXPECT_EQ(xml_escaped("a\xEF\xBF\xBE"
                        "b\xEF\xBF\xBF"
                        "c"),
            "abc");  // U+FFFE, U+FFFF
  EXPECT_EQ(xml_escaped("a\xED\xA0\x80"
                        "b"),
            "ab");  // a lone surrogate
}

TEST(XmlEscaped, KeepsUtf8AndDropsWhatIsNot) {
  EXPECT_EQ(xml_escaped("Olá € 👍"), "Olá € 👍");
  EXPECT_EQ(xml_escaped("a\xC3"), "a");
  EXPECT_EQ(xml_escaped("a\xC0\xAF"
                        "b\xF5\x80\x80\x80"
                        "c\xE2\x82"),
            "abc");
}

TEST(CallDocument, SaysTheAlertAndTakesOneKey) {
  EXPECT_EQ(call_document(settings(), "Disk & CPU", "Both high!", "https://hooks.bizcomms.example/k?d=1&t=2"),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>"
            "<Gather input=\"dtmf\" numDigits=\"1\" timeout=\"10\" finishOnKey=\"\" "
            "action=\"https://hooks.bizcomms.example/k?d=1&amp;t=2\" method=\"POST\">"
            "<Say voice=\"Polly.Joanna\" language=\"en-US\">Disk &amp; CPU. Both high! Press 1 to acknowledge.</Say></Gather>"
            "<Say voice=\"Polly.Joanna\" language=\"en-US\">No input received. Goodbye.</Say><Hangup/></Response>");
}

TEST(CallDocument, AsksForNoKeyThatNobodyWouldHear) {
  EXPECT_EQ(call_document(settings(), "Hello", "World", ""),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>"
            "<Say voice=\"Polly.Joanna\" language=\"en-US\">Hello. World.</Say><Hangup/></Response>");
}

TEST(CallDocument, CannotBeBrokenOutOf) {
  const std::string document = call_document(settings(), "</Say><Dial>+1</Dial>", "x", "");
  EXPECT_EQ(document.find("<Dial>"), std::string::npos);
}

TEST(TwimlLength, IsThatOfTheLongestDocument) {
  const alert::DeliveryId id = delivery_id(alert::Channel::voice);
  const std::string url = settings().public_url + k_keypress_path + reference_query(id, attempt_token());
  const std::size_t real = alert::utf16_units(call_document(settings(), "Title", "Message & more", url));
  const std::size_t longest = twiml_length("Title", "Message & more", settings());
  EXPECT_EQ(longest, real + 9);  // batch 7 against 2147483647
  EXPECT_EQ(twiml_length("Title", "Message && more", settings()), longest + 5);
  EXPECT_EQ(twiml_length("Title", "Message 👍& more", settings()), longest + 2);
}

TEST(TwimlLength, LetsEveryOrdinaryAlertPass) {
  EXPECT_LT(twiml_length(std::string(200, 't'), std::string(1600, 'm'), settings()), alert::k_twiml_max);
}

TEST(AcknowledgedDocument, ThanksAndHangsUp) {
  EXPECT_NE(acknowledged_document(settings()).find("Thank you."), std::string::npos);
  EXPECT_TRUE(acknowledged_document(settings()).ends_with("<Hangup/></Response>"));
  EXPECT_NE(not_acknowledged_document(settings()).find("not acknowledged"), std::string::npos);
}

}  // namespace
}  // namespace bizcomms::twilio
