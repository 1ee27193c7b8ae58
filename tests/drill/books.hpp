// Holds what a cell says of its alerts against the simulator's own record of what it took.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "drill/phones.hpp"
#include "drill/site.hpp"

namespace bizcomms::drill {

struct Verdict {
  std::int64_t alerts = 0;
  std::int64_t deliveries = 0;
  std::int64_t delivered = 0;
  std::int64_t unfinished = 0;        // alerts not completed
  std::int64_t behind = 0;            // `sent`, though it has ended: no callback has told yet
  std::int64_t lost = 0;              // wanted by an alert that is there, and never taken
  std::int64_t doubled = 0;           // taken more often than the alerts that are there want it
  std::int64_t of_the_missing = 0;    // messages of alerts that are not there, sent by the cell that had them
  std::int64_t given_up = 0;          // failed as "Outcome unknown, not sent again."
  std::int64_t given_up_oddly = 0;    // of those: to phones that no message of an alert went to that is not there
  std::int64_t wrong = 0;             // states, counts and ids that do not agree with the record
  std::vector<std::string> findings;  // a sentence each; the first fifty

  [[nodiscard]] bool clean() const { return unfinished == 0 && lost == 0 && doubled == 0 && wrong == 0; }
};

class Books {
public:
  Books(Phones& phones, int people) : m_phones(phones), m_people(people) {}

  // `texts`: of all that was ever posted, with whom it is for; `missing`: how often that text is an alert that the other
  // cell had and this one has not.
  [[nodiscard]] Verdict judge(Site& site, const std::map<std::string, std::string>& texts, const std::map<std::string, int>& missing);
  [[nodiscard]] static bool all_completed(Site& site);
  [[nodiscard]] static std::set<std::string> texts_at(Site& site);

private:
  using PhoneAndText = std::pair<std::string, std::string>;
  struct Shown {
    std::string id;
    std::string text;
    std::string status;
  };
  struct Record {
    std::map<PhoneAndText, std::int64_t> taken;
    std::map<std::string, test::Received> by_sid;
    std::set<std::string> named;
    std::vector<PhoneAndText> given_up;
  };
  [[nodiscard]] static std::vector<Shown> shown_alerts(Site& site);
  [[nodiscard]] std::set<std::string> audience(const std::string& tag) const;
  [[nodiscard]] Record read_record();
  static void judge_taken(const Record& record, const std::map<PhoneAndText, std::int64_t>& wanted,
                          const std::map<std::string, int>& missing, Verdict& verdict);
  void judge_alert(Site& site, const Shown& alert, const std::set<std::string>& audience, Record& record, Verdict& verdict) const;
  void judge_delivery(const json::Value& delivery, const Shown& alert, Record& record, Verdict& verdict) const;

  Phones& m_phones;
  const int m_people;
};

}  // namespace bizcomms::drill
