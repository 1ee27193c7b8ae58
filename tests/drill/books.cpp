#include "drill/books.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "drill/callers.hpp"

namespace bizcomms::drill {
namespace {

constexpr std::size_t k_findings_max = 50;
constexpr const char* k_given_up = "Outcome unknown, not sent again.";

// One line of it.
std::string quoted(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return "\"" + text + "\"";
}

void find(Verdict& verdict, std::int64_t& count, std::int64_t by, std::string sentence) {
  count += by;
  if (verdict.findings.size() < k_findings_max) { verdict.findings.push_back(std::move(sentence)); }
}

std::string text_of(const json::Value& value) { return value.as_string().value_or(""); }

// Goes through all pages of an answer.
template <class Take>
bool each_page(Site& site, const std::string& path, Take take) {
  std::string cursor;
  do {
    const auto page = site.call("GET", path + "limit=200" + (cursor.empty() ? "" : "&cursor=" + cursor));
    if (page.status != 200) { return false; }
    take(page.json());
    cursor = text_of(page.json()["next_cursor"]);
  } while (!cursor.empty());
  return true;
}

}  // namespace

std::vector<Books::Shown> Books::shown_alerts(Site& site) {
  std::vector<Shown> shown;
  static_cast<void>(each_page(site, "/v1/alerts?", [&](const json::Value& page) {
    for (const auto& alert : page["alerts"].elements()) {
      shown.push_back({text_of(alert["alert_id"]), text_of(alert["title"]) + "\n" + text_of(alert["message"]), text_of(alert["status"])});
    }
  }));
  return shown;
}

bool Books::all_completed(Site& site) {
  for (const char* status : {"queued", "sending"}) {
    const auto page = site.call("GET", std::string("/v1/alerts?limit=1&status=") + status);
    if (page.status != 200 || !page.json()["alerts"].elements().empty()) { return false; }
  }
  return true;
}

std::set<std::string> Books::texts_at(Site& site) {
  std::set<std::string> texts;
  for (const auto& alert : shown_alerts(site)) { texts.insert(alert.text); }
  return texts;
}

std::set<std::string> Books::audience(const std::string& tag) const {
  std::set<std::string> phones;
  for (int person = 0; person < m_people; ++person) {
    const auto tags = tags_of(person);
    if (std::find(tags.begin(), tags.end(), tag) != tags.end()) { phones.insert(test::number(person)); }
  }
  return phones;
}

Books::Record Books::read_record() {
  Record record;
  for (auto& message : m_phones.record()) {
    ++record.taken[{message.to, message.text}];
    record.by_sid[message.sid] = std::move(message);
  }
  return record;
}

void Books::judge_delivery(const json::Value& delivery, const Shown& alert, Record& record, Verdict& verdict) const {
  const std::string phone = text_of(delivery["phone_number"]);
  const std::string status = text_of(delivery["status"]);
  const std::string sid = text_of(delivery["twilio_sid"]);
  const auto wrong = [&](const std::string& why) {
    find(verdict, verdict.wrong, 1, fmt::format("wrong: {} {} {}: {} {}: {}", alert.id, quoted(alert.text), phone, status, sid, why));
  };
  if (status == "failed" && text_of(delivery["reason"]) == k_given_up) {
    record.given_up.emplace_back(phone, alert.text);
    return;
  }
  const auto found = record.by_sid.find(sid);
  if (found == record.by_sid.end()) { return wrong("no message of that id was taken"); }
  const auto& message = found->second;
  if (message.to != phone || message.text != alert.text) {
    return wrong(fmt::format("that id is {} {}", message.to, quoted(message.text)));
  }
  if (!record.named.insert(sid).second) { return wrong("another delivery names that id too"); }
  if (status == "delivered") {
    ++verdict.delivered;
    if (message.status != "delivered") { wrong("the phone has not got it: " + message.status); }
  } else if (status == "sent") {
    verdict.behind += message.status == "delivered" ? 1 : 0;
  } else {
    wrong("Twilio took it");
  }
}

void Books::judge_alert(Site& site, const Shown& alert, const std::set<std::string>& audience, Record& record, Verdict& verdict) const {
  std::set<std::string> phones;
  std::map<std::string, std::int64_t> counted{{"sent", 0}, {"delivered", 0}, {"failed", 0}, {"pending", 0}, {"cancelled", 0}};
  auto said = counted;
  const bool answered = each_page(site, fmt::format("/v1/alerts/{}/status?", alert.id), [&](const json::Value& page) {
    for (const auto& delivery : page["deliveries"].elements()) {
      const auto status = text_of(delivery["status"]);
      ++counted[status == "delivered" ? "sent" : status];
      counted["delivered"] += status == "delivered" ? 1 : 0;
      phones.insert(text_of(delivery["phone_number"]));
      ++verdict.deliveries;
      judge_delivery(delivery, alert, record, verdict);
    }
    for (const auto& [name, value] : page["delivery_status"].members()) { said[name] = value.as_int().value_or(-1); }
  });
  const auto wrong = [&](const std::string& why) {
    find(verdict, verdict.wrong, 1, fmt::format("wrong: {} {}: {}", alert.id, quoted(alert.text), why));
  };
  if (!answered) { return wrong("its status is not told"); }
  if (phones != audience) { wrong(fmt::format("it has {} phones, and is for {}", phones.size(), audience.size())); }
  if (counted != said) { wrong("its counts are not those of its deliveries"); }
}

Verdict Books::judge(Site& site, const std::map<std::string, std::string>& texts, const std::map<std::string, int>& missing) {
  Verdict verdict;
  auto record = read_record();
  std::map<PhoneAndText, std::int64_t> wanted;
  for (const auto& alert : shown_alerts(site)) {
    ++verdict.alerts;
    if (alert.status != "completed") { find(verdict, verdict.unfinished, 1, fmt::format("{} is {}", alert.id, alert.status)); }
    const auto known = texts.find(alert.text);
    const auto phones = audience(known == texts.end() ? "" : known->second);
    for (const auto& phone : phones) { ++wanted[{phone, alert.text}]; }
    judge_alert(site, alert, phones, record, verdict);
  }
  for (const auto& key : record.given_up) { --wanted[key]; }
  judge_taken(record, wanted, missing, verdict);
  return verdict;
}

void Books::judge_taken(const Record& record, const std::map<PhoneAndText, std::int64_t>& wanted, const std::map<std::string, int>& missing,
                        Verdict& verdict) {
  const auto taken_of = [&](const PhoneAndText& key) {
    const auto found = record.taken.find(key);
    return found == record.taken.end() ? 0 : found->second;
  };
  for (const auto& [key, count] : wanted) {
    const auto taken = taken_of(key);
    const auto what = fmt::format("{} of {}: {} taken, {} wanted", key.first, quoted(key.second), taken, count);
    if (taken < count) { find(verdict, verdict.lost, count - taken, "lost: " + what); }
  }
  std::set<std::string> puzzled;  // phones with messages that nobody here knows
  for (const auto& [key, taken] : record.taken) {
    const auto found = wanted.find(key);
    const auto extra = taken - (found == wanted.end() ? 0 : found->second);
    if (extra <= 0) { continue; }
    const auto gone = missing.find(key.second);
    const auto explained = std::min<std::int64_t>(extra, gone == missing.end() ? 0 : gone->second);
    verdict.of_the_missing += explained;
    if (explained > 0) { puzzled.insert(key.first); }
    if (extra == explained) { continue; }
    find(verdict, verdict.doubled, extra - explained,
         fmt::format("doubled: {} of {}: {} too many", key.first, quoted(key.second), extra - explained));
  }
  for (const auto& [phone, text] : record.given_up) {
    ++verdict.given_up;
    verdict.given_up_oddly += puzzled.contains(phone) ? 0 : 1;
  }
}

}  // namespace bizcomms::drill
