// The contract suite of SenderRates.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "bizcomms/alert/rates.hpp"
#include "bizcomms/base/time.hpp"

namespace bizcomms::contract {

class RatesSubject {
public:
  virtual ~RatesSubject() = default;
  virtual alert::SenderRates& rates() = 0;
  virtual void pass(Millis time) = 0;
};

struct RatesSubjectMaker {
  std::string name;
  std::function<std::unique_ptr<RatesSubject>()> make;
};
inline std::ostream& operator<<(std::ostream& out, const RatesSubjectMaker& maker) { return out << maker.name; }

class RatesContract : public testing::TestWithParam<RatesSubjectMaker> {
protected:
  RatesContract() : m_subject(GetParam().make()) {}
  void pass(Millis time) { m_subject->pass(time); }
  int take(const std::string& sender, double per_second, int wanted, alert::Lane lane = alert::Lane::standard) {
    const alert::RateRequest request{.sender = sender, .per_second = per_second, .wanted = wanted, .lane = lane};
    return take_all({request}).at(0);
  }
  std::vector<int> take_all(const std::vector<alert::RateRequest>& requests) {
    const auto taken = m_subject->rates().take(requests);
    EXPECT_TRUE(taken);
    return taken ? *taken : std::vector<int>(requests.size(), -1);
  }

private:
  std::unique_ptr<RatesSubject> m_subject;
};

}  // namespace bizcomms::contract
