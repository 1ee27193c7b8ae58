#include "chaos/judge.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace bizcomms::chaos {
namespace {

constexpr std::size_t k_findings_max = 100;
constexpr int k_not_a_mobile_number = 21614;
constexpr int k_filtered = 30007;

using PhoneAndText = std::pair<std::string, std::string>;

void find(Verdict& verdict, std::int64_t& count, std::int64_t by, std::string sentence) {
  count += by;
  if (verdict.findings.size() < k_findings_max) { verdict.findings.push_back(std::move(sentence)); }
}

std::string text_of(const json::Value& value) { return value.as_string().value_or(""); }

const char* expected_count_of(const std::string& status) {
  if (status == "sent" || status == "delivered") { return "sent"; }
  if (status == "failed" || status == "cancelled") { return status == "failed" ? "failed" : "cancelled"; }
  return "pending";
}

}  // namespace

struct Judge::Record {
  std::map<PhoneAndText, std::vector<test::Received>> by_text;
  std::map<std::string, const test::Received*> by_sid;
  std::set<std::string> named;  // ids that some delivery names
};

struct Judge::Shown {
  std::string id;
  std::string text;
  std::string status;
  std::string tag;
};

std::vector<const Person*> Judge::audience(const std::string& tag) const {
  std::vector<const Person*> people;
  for (const Person& person : m_people) {
    if (std::find(person.tags.begin(), person.tags.end(), tag) != person.tags.end()) { people.push_back(&person); }
  }
  return people;
}

// Nobody without a message, nobody with two, nobody with one that was not meant for them.
void Judge::judge_record(const Record& record, const std::vector<Wanted>& wanted, Verdict& verdict) const {
  std::map<PhoneAndText, std::int64_t> due;
  for (const Wanted& alert : wanted) {
    for (const Person* person : audience(alert.tag)) { due[{person->phone, alert.text}] += person->fate == Fate::refused ? 0 : 1; }
  }
  for (const auto& [key, count] : due) {
    const auto found = record.by_text.find(key);
    const auto taken = found == record.by_text.end() ? 0 : std::ssize(found->second);
    const auto what = fmt::format("{} of \"{}\": {} taken, {} wanted", key.first, key.second, taken, count);
    if (taken < count) { find(verdict, verdict.lost, count - taken, "lost: " + what); }
    if (taken > count) { find(verdict, verdict.doubled, taken - count, "doubled: " + what); }
  }
  for (const auto& [key, messages] : record.by_text) {
    if (due.contains(key)) { continue; }
    find(verdict, verdict.wrong, std::ssize(messages), fmt::format("nobody wanted \"{}\" for {}", key.second, key.first));
  }
}

// Each accepted alert is there, each story was raised once, and nothing else is there.
void Judge::judge_list(std::vector<Shown>& shown, const std::vector<Wanted>& wanted, Verdict& verdict) const {
  std::map<std::string, std::vector<Shown*>> by_text;
  for (Shown& alert : shown) { by_text[alert.text].push_back(&alert); }
  std::map<std::string, std::int64_t> due;
  for (const Wanted& alert : wanted) {
    ++due[alert.text];
    const auto& found = by_text[alert.text];
    for (Shown* each : found) { each->tag = alert.tag; }
    const auto same = [&](const Shown* each) { return alert.id.empty() || each->id == alert.id; };
    if (std::none_of(found.begin(), found.end(), same)) {
      find(verdict, verdict.lost, 1, fmt::format("lost: the alert {} \"{}\" is not listed", alert.id, alert.text));
    }
  }
  for (const auto& [text, alerts] : by_text) {
    const auto extra = std::ssize(alerts) - due[text];
    if (extra > 0) { find(verdict, verdict.doubled, extra, fmt::format("doubled: \"{}\" is {} alerts", text, alerts.size())); }
  }
}

void Judge::judge_delivery(const json::Value& delivery, const Shown& alert, Record& record, Verdict& verdict) const {
  const std::string phone = text_of(delivery["phone_number"]);
  const std::string status = text_of(delivery["status"]);
  const std::string sid = text_of(delivery["twilio_sid"]);
  const auto code = delivery["error_code"].as_int().value_or(0);
  const auto person = std::find_if(m_people.begin(), m_people.end(), [&](const Person& each) { return each.phone == phone; });
  const auto wrong = [&](const std::string& why) {
    find(verdict, verdict.wrong, 1,
         fmt::format("wrong: {} \"{}\" {}: {} {} code {} attempts {}: {}", alert.id, alert.text, phone, status, sid, code,
                     delivery["attempts"].as_int().value_or(0), why));
  };
  if (person == m_people.end()) { return wrong("nobody has this number"); }
  if (person->fate == Fate::refused) {
    if (status != "failed" || code != k_not_a_mobile_number) { wrong("Twilio refused it"); }
    return;
  }
  const auto found = record.by_sid.find(sid);
  if (found == record.by_sid.end()) { return wrong("no message of that id was taken"); }
  const test::Received& message = *found->second;
  if (message.to != phone || message.text != alert.text) { return wrong(fmt::format("that id is {} \"{}\"", message.to, message.text)); }
  if (!record.named.insert(sid).second) { return wrong("another delivery names that id too"); }
  if (status == "sent") {
    verdict.behind += message.status == "sent" ? 0 : 1;
  } else if (status == "delivered") {
    if (message.status != "delivered") { wrong("the phone has not got it: " + message.status); }
  } else if (status != "failed" || code != k_filtered || (message.status != "undelivered" && message.status != "failed")) {
    wrong("Twilio says " + message.status);
  }
}

void Judge::judge_alert(const Shown& alert, Record& record, Verdict& verdict) {
  ++verdict.alerts;
  if (alert.status != "completed") { ++verdict.unfinished; }
  std::map<std::string, std::int64_t> counted;
  std::map<std::string, std::int64_t> said;
  std::set<std::string> phones;
  std::string cursor;
  do {
    const auto page = m_cell.call("GET", "/v1/alerts/" + alert.id + "/status?limit=200" + (cursor.empty() ? "" : "&cursor=" + cursor));
    if (page.status != 200) { return find(verdict, verdict.wrong, 1, fmt::format("{}: status answered {}", alert.id, page.status)); }
    for (const auto& delivery : page.json()["deliveries"].elements()) {
      const std::string status = text_of(delivery["status"]);
      ++verdict.deliveries;
      ++counted[expected_count_of(status)];
      if (status == "delivered") { ++counted["delivered"]; }
      if (!phones.insert(text_of(delivery["phone_number"])).second) {
        find(verdict, verdict.wrong, 1, alert.id + ": one phone is listed twice");
      }
      judge_delivery(delivery, alert, record, verdict);
    }
    for (const auto& [name, value] : page.json()["delivery_status"].members()) { said[name] = value.as_int().value_or(-1); }
    said["total"] = page.json()["total_recipients"].as_int().value_or(-1);
    cursor = text_of(page.json()["next_cursor"]);
  } while (!cursor.empty());
  verdict.delivered += counted["delivered"];
  verdict.failed += counted["failed"];
  counted["total"] = std::ssize(audience(alert.tag));
  for (const char* name : {"sent", "delivered", "failed", "pending", "cancelled", "total"}) {
    if (counted[name] == said[name]) { continue; }
    find(verdict, verdict.wrong, 1,
         fmt::format("wrong: {} \"{}\" counts {} {}, and there are {}", alert.id, alert.text, said[name], name, counted[name]));
  }
}

std::vector<Judge::Shown> Judge::shown_alerts() {
  std::vector<Shown> shown;
  std::string cursor;
  do {
    const auto page = m_cell.call("GET", "/v1/alerts?limit=200" + (cursor.empty() ? "" : "&cursor=" + cursor));
    if (page.status != 200) { break; }
    for (const auto& alert : page.json()["alerts"].elements()) {
      shown.push_back(
          {text_of(alert["alert_id"]), text_of(alert["title"]) + "\n" + text_of(alert["message"]), text_of(alert["status"]), {}});
    }
    cursor = text_of(page.json()["next_cursor"]);
  } while (!cursor.empty());
  return shown;
}

Verdict Judge::judge(const std::vector<Wanted>& wanted) {
  Verdict verdict;
  auto shown = shown_alerts();
  judge_list(shown, wanted, verdict);
  Record record;
  const auto taken = m_cell.taken();
  for (const auto& message : taken) {
    record.by_text[{message.to, message.text}].push_back(message);
    record.by_sid[message.sid] = &message;
  }
  judge_record(record, wanted, verdict);
  for (const Shown& alert : shown) { judge_alert(alert, record, verdict); }
  return verdict;
}

}  // namespace bizcomms::chaos
