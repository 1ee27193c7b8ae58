// Compares the simulator's own record of what it took with what the API says of every delivery.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/cell.hpp"

namespace bizcomms::chaos {

enum class Fate : std::uint8_t {
  takes,          // every message arrives
  refused,        // Twilio takes none: 21614
  undeliverable,  // taken, and filtered by the carrier: 30007, which is never sent again
};

struct Person {
  std::string phone;
  std::vector<std::string> tags;
  Fate fate = Fate::takes;
};

// An alert that was accepted, and whom it is for.
struct Wanted {
  std::string id;    // empty: whichever alert has this text, as of a story that the poller raises
  std::string text;  // as the phone shows it: title, line break, message
  std::string tag;
};

struct Verdict {
  std::int64_t alerts = 0;
  std::int64_t deliveries = 0;
  std::int64_t delivered = 0;  // as the API says
  std::int64_t failed = 0;
  std::int64_t unfinished = 0;        // alerts not completed yet
  std::int64_t behind = 0;            // `sent`, though it has ended: the last callback never came, and Twilio was not asked yet
  std::int64_t lost = 0;              // wanted and never taken
  std::int64_t doubled = 0;           // taken more often than wanted
  std::int64_t wrong = 0;             // states, counts, ids and alerts that do not agree with the record
  std::vector<std::string> findings;  // what is lost, doubled or wrong, a sentence each; the first hundred

  [[nodiscard]] bool clean() const { return unfinished == 0 && lost == 0 && doubled == 0 && wrong == 0; }
};

class Judge {
public:
  Judge(test::Cell& cell, std::vector<Person> people) : m_cell(cell), m_people(std::move(people)) {}

  [[nodiscard]] Verdict judge(const std::vector<Wanted>& wanted);

private:
  struct Record;
  struct Shown;
  [[nodiscard]] std::vector<Shown> shown_alerts();
  [[nodiscard]] std::vector<const Person*> audience(const std::string& tag) const;
  void judge_record(const Record& record, const std::vector<Wanted>& wanted, Verdict& verdict) const;
  void judge_list(std::vector<Shown>& shown, const std::vector<Wanted>& wanted, Verdict& verdict) const;
  void judge_alert(const Shown& alert, Record& record, Verdict& verdict);
  void judge_delivery(const json::Value& delivery, const Shown& alert, Record& record, Verdict& verdict) const;

  test::Cell& m_cell;
  const std::vector<Person> m_people;
};

}  // namespace bizcomms::chaos
