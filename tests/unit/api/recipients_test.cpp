#include <gtest/gtest.h>

#include "unit/api/api_on_fakes.hpp"

namespace bizcomms::api {
namespace {

using Texts = std::vector<std::string>;

TEST(PostRecipient, AnswersEveryField) {
  ApiOnFakes fakes;
  const auto answer = fakes.ask("POST", "/v1/recipients", R"({"name":"John Doe","phone_number":"+1234567890",
    "preferences":{"sms_enabled":false,"voice_enabled":true},"tags":[" Tech","news","tech"],"active":false})");
  const auto id = answer.text("recipient_id");
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.header("Location"), "/v1/recipients/" + id);
  EXPECT_EQ(
      answer.response.body,
      R"({"recipient_id":")" + id +
          R"(","name":"John Doe","phone_number":"+1234567890","preferences":{"sms_enabled":false,"voice_enabled":true},)"
          R"("tags":["news","tech"],"active":false,"opted_out":null,"created_at":"2026-01-01T12:00:00Z","updated_at":"2026-01-01T12:00:00Z"})");
  EXPECT_EQ(fakes.ask("GET", "/v1/recipients/" + id).response.body, answer.response.body);
}

TEST(PostRecipient, TakesTheDefaults) {
  ApiOnFakes fakes;
  const auto answer = fakes.ask("GET", "/v1/recipients/" + fakes.post_recipient("+15551230001"));
  EXPECT_EQ(answer["preferences"]["sms_enabled"].as_bool(), true);
  EXPECT_EQ(answer["preferences"]["voice_enabled"].as_bool(), false);
  EXPECT_EQ(answer["active"].as_bool(), true);
  EXPECT_TRUE(answer["tags"].is_array());
}

TEST(PostRecipient, NamesTheOneWhoHasTheNumber) {
  ApiOnFakes fakes;
  const auto id = fakes.post_recipient("+15551230001");
  const auto answer = fakes.ask("POST", "/v1/recipients", R"({"name":"Eve","phone_number":"+15551230001"})");
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.errors(), Texts{"phone_number: belongs to " + id});
}

TEST(PostRecipient, NamesEveryFieldThatIsWrong) {
  ApiOnFakes fakes;
  const auto answer =
      fakes.ask("POST", "/v1/recipients", R"({"phone_number":"0123","preferences":{"sms":true},"tags":["a","  "],"active":"no"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.text("detail"), "The recipient is not valid.");
  const auto errors = answer.errors();
  ASSERT_EQ(errors.size(), 5U);
  EXPECT_EQ(errors[0], "name: is missing; it is required");
  EXPECT_TRUE(errors[1].starts_with("preferences.sms: is not a known field")) << errors[1];
  EXPECT_EQ(errors[2], "active: must be true or false, not a text");
  EXPECT_TRUE(errors[3].starts_with("phone_number: is not in E.164 form"));
  EXPECT_TRUE(errors[4].starts_with("tags[1]: is empty"));
}

TEST(PostRecipient, NeverRepeatsAWrongNumber) {
  ApiOnFakes fakes;
  const auto answer = fakes.ask("POST", "/v1/recipients", R"({"name":"Eve","phone_number":"15551230001"})");
  EXPECT_EQ(answer.response.body.find("15551230001"), std::string::npos);
}

TEST(PutRecipient, ChangesTheFieldsGiven) {
  ApiOnFakes fakes;
  const auto id = fakes.post_recipient("+15551230001", R"(,"tags":["a"])");
  const auto answer = fakes.ask("PUT", "/v1/recipients/" + id, R"({"preferences":{"voice_enabled":true},"tags":["B","c"]})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text("name"), "Ada");
  EXPECT_EQ(answer["preferences"]["sms_enabled"].as_bool(), true);
  EXPECT_EQ(answer["preferences"]["voice_enabled"].as_bool(), true);
  EXPECT_EQ(answer["tags"].elements().at(0).as_string(), "b");
  EXPECT_EQ(answer["tags"].elements().size(), 2U);
}

TEST(PutRecipient, RefusesWhatIsWrong) {
  ApiOnFakes fakes;
  fakes.post_recipient("+15551230001");
  const auto id = fakes.post_recipient("+15551230002");
  EXPECT_EQ(fakes.ask("PUT", "/v1/recipients/" + id, R"({"phone_number":"+15551230001"})").status, 409);
  EXPECT_EQ(fakes.ask("PUT", "/v1/recipients/" + id, R"({"phone_number":"+15551230002"})").status, 200);
  EXPECT_EQ(fakes.ask("PUT", "/v1/recipients/" + id, R"({"name":""})").errors(), Texts{"name: is empty; give 1 to 200 characters"});
  EXPECT_EQ(fakes.ask("PUT", "/v1/recipients/" + id, R"({"opted_out":null})").status, 400);
  EXPECT_EQ(fakes.ask("PUT", "/v1/recipients/" + id, "7").status, 400);
}

TEST(DeleteRecipient, ErasesForGood) {
  ApiOnFakes fakes;
  const auto id = fakes.post_recipient("+15551230001");
  EXPECT_EQ(fakes.ask("DELETE", "/v1/recipients/" + id).status, 204);
  EXPECT_EQ(fakes.ask("GET", "/v1/recipients/" + id).status, 404);
  EXPECT_EQ(fakes.ask("DELETE", "/v1/recipients/" + id).status, 404);
}

TEST(Recipients, ShowTheirOptOut) {
  ApiOnFakes fakes;
  ASSERT_TRUE(fakes.store.opt_out("+15551230001", "STOP", {}, {}));
  const auto answer = fakes.ask("GET", "/v1/recipients/" + fakes.post_recipient("+15551230001"));
  EXPECT_EQ(answer["opted_out"]["at"].as_string(), "2026-01-01T12:00:00Z");
  EXPECT_EQ(answer["opted_out"]["by"].as_string(), "STOP");
}

}  // namespace
}  // namespace bizcomms::api
