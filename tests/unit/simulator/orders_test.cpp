#include "simulator/orders.hpp"

#include <gtest/gtest.h>

#include "unit/simulator/world.hpp"

namespace bizcomms::simulator {
namespace {

template <class Order>
int code_for(const http::Parameters& form, const Settings& settings = {}, bool test_credentials = false) {
  Order order;
  const auto refusal = read_order(form, settings, test_credentials, order);
  return refusal ? refusal->code : 0;
}

http::Parameters message(const http::Parameters& change = {}) {
  http::Parameters form{{"To", k_to}, {"From", k_from}, {"Body", "Hi"}};
  for (const auto& wanted : change) {
    std::erase_if(form, [&wanted](const auto& field) { return field.first == wanted.first; });
    if (wanted.second != "-") { form.push_back(wanted); }
  }
  return form;
}

TEST(MessageOrder, RefusesAsTwilioDoes) {
  EXPECT_EQ(code_for<MessageOrder>(message()), 0);
  EXPECT_EQ(code_for<MessageOrder>(message({{"To", "-"}})), 21604);
  EXPECT_EQ(code_for<MessageOrder>(message({{"From", "-"}})), 21603);
  EXPECT_EQ(code_for<MessageOrder>(message({{"Body", "-"}})), 21602);
  EXPECT_EQ(code_for<MessageOrder>(message({{"Body", "-"}, {"MediaUrl", "https://x.test/a.png"}})), 0);
  EXPECT_EQ(code_for<MessageOrder>(message({{"To", "15551234567"}})), 21211);
  EXPECT_EQ(code_for<MessageOrder>(message({{"To", "+05551234567"}})), 21211);
  EXPECT_EQ(code_for<MessageOrder>(message({{"From", "+1"}})), 21212);
  EXPECT_EQ(code_for<MessageOrder>(message({{"Body", std::string(1600, 'a')}})), 0);
  EXPECT_EQ(code_for<MessageOrder>(message({{"Body", std::string(1601, 'a')}})), 21617);
  EXPECT_EQ(code_for<MessageOrder>(message({{"StatusCallback", "https://a_b.test/"}})), 21609);
  EXPECT_EQ(code_for<MessageOrder>(message({{"StatusCallback", "/relative"}})), 21609);
  EXPECT_EQ(code_for<MessageOrder>(message({{"StatusCallback", "http://127.0.0.1:8000/x_y?z#rc=5"}})), 0);
  EXPECT_EQ(code_for<MessageOrder>(message({{"ValidityPeriod", "36001"}})), 21624);
  EXPECT_EQ(code_for<MessageOrder>(message({{"From", "-"}, {"MessagingServiceSid", "MG1"}})), 21705);
}

TEST(MessageOrder, KnowsItsNumbersAndServices) {
  Settings settings;
  settings.senders = {"+15550000001"};
  const std::string service = "MG" + std::string(32, 'a');
  settings.messaging_services = {{service, {"+15550000001"}}, {"MG" + std::string(32, 'b'), {}}};
  EXPECT_EQ(code_for<MessageOrder>(message(), settings), 21606);
  EXPECT_EQ(code_for<MessageOrder>(message({{"From", "+15550000001"}}), settings), 0);
  EXPECT_EQ(code_for<MessageOrder>(message({{"From", "-"}, {"MessagingServiceSid", service}}), settings), 0);
  EXPECT_EQ(code_for<MessageOrder>(message({{"From", "-"}, {"MessagingServiceSid", "MG" + std::string(32, 'c')}}), settings), 21701);
  EXPECT_EQ(code_for<MessageOrder>(message({{"From", "-"}, {"MessagingServiceSid", "MG" + std::string(32, 'b')}}), settings), 21704);
}

TEST(MessageOrder, HasTheMagicNumbersOfTestCredentials) {
  const auto from = [](const std::string& number) { return code_for<MessageOrder>(message({{"From", number}}), {}, true); };
  const auto to = [](const std::string& number) { return code_for<MessageOrder>(message({{"To", number}}), {}, true); };
  EXPECT_EQ(from("+15005550006"), 0);
  EXPECT_EQ(from("+15005550001"), 21212);
  EXPECT_EQ(from("+15005550007"), 21606);
  EXPECT_EQ(from("+15005550008"), 21611);
  EXPECT_EQ(from("+15550000001"), 21606);
  EXPECT_EQ(to("+15005550001"), 21211);
  EXPECT_EQ(to("+15005550002"), 21612);
  EXPECT_EQ(to("+15005550003"), 21408);
  EXPECT_EQ(to("+15005550004"), 21610);
  EXPECT_EQ(to("+15005550009"), 21614);
  EXPECT_EQ(to("+15551234567"), 0);
  EXPECT_EQ(code_for<MessageOrder>(message({{"To", "+15005550004"}})), 0);  // magic only with test credentials
}

http::Parameters call(const http::Parameters& change = {}) {
  auto form = message(change);
  std::erase_if(form, [](const auto& field) { return field.first == "Body"; });
  return form;
}

TEST(CallOrder, RefusesAsTwilioDoes) {
  EXPECT_EQ(code_for<CallOrder>(call({{"Twiml", "<Response/>"}})), 0);
  EXPECT_EQ(code_for<CallOrder>(call({{"Url", "https://x.test/"}})), 0);
  EXPECT_EQ(code_for<CallOrder>(call()), 21205);
  EXPECT_EQ(code_for<CallOrder>(call({{"Url", "nonsense"}})), 21205);
  EXPECT_EQ(code_for<CallOrder>(call({{"To", "-"}, {"Twiml", "x"}})), 21201);
  EXPECT_EQ(code_for<CallOrder>(call({{"To", "12"}, {"Twiml", "x"}})), 21211);
  EXPECT_EQ(code_for<CallOrder>(call({{"From", "x"}, {"Twiml", "x"}})), 21212);
  EXPECT_EQ(code_for<CallOrder>(call({{"Twiml", std::string(4001, 'x')}})), 20001);
  EXPECT_EQ(code_for<CallOrder>(call({{"Twiml", "x"}, {"StatusCallbackEvent", "gone"}})), 20001);
}

TEST(CallOrder, HasTheMagicNumbersOfTestCredentials) {
  const auto from = [](const std::string& n) { return code_for<CallOrder>(call({{"From", n}, {"Twiml", "x"}}), {}, true); };
  const auto to = [](const std::string& n) { return code_for<CallOrder>(call({{"To", n}, {"Twiml", "x"}}), {}, true); };
  EXPECT_EQ(from("+15005550006"), 0);
  EXPECT_EQ(from("+15005550001"), 21212);
  EXPECT_EQ(from("+15550000001"), 21210);
  EXPECT_EQ(to("+15005550001"), 21217);
  EXPECT_EQ(to("+15005550002"), 21214);
  EXPECT_EQ(to("+15005550003"), 21215);
  EXPECT_EQ(to("+15005550004"), 21216);
}

TEST(CallOrder, ReadsRepeatedEventsAndDefaultsToCompleted) {
  CallOrder order;
  EXPECT_FALSE(read_order(call({{"Twiml", "x"}}), {}, false, order));
  EXPECT_EQ(order.events, std::vector<std::string>{"completed"});
  auto form = call({{"Twiml", "x"}});
  form.insert(form.end(), {{"StatusCallbackEvent", "initiated"}, {"StatusCallbackEvent", "answered"}});
  CallOrder several;
  EXPECT_FALSE(read_order(form, {}, false, several));
  EXPECT_EQ(several.events, (std::vector<std::string>{"initiated", "answered"}));
}

}  // namespace
}  // namespace bizcomms::simulator
