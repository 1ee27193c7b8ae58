// The contract suite of EventQueue. An implementation joins by INSTANTIATE_TEST_SUITE_P(…, QueueContract, …).
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "bizcomms/alert/queue.hpp"

namespace bizcomms::contract {

// A fresh, empty queue.
class QueueSubject {
public:
  virtual ~QueueSubject() = default;
  virtual alert::EventQueue& queue() = 0;
  virtual void pass(Millis time) = 0;  // a manual clock is moved; another's time is waited for
};

struct QueueSubjectMaker {
  std::string name;
  std::function<std::unique_ptr<QueueSubject>(const alert::QueueSettings&)> make;
};
inline std::ostream& operator<<(std::ostream& out, const QueueSubjectMaker& maker) { return out << maker.name; }

class QueueContract : public testing::TestWithParam<QueueSubjectMaker> {
protected:
  void use(const alert::QueueSettings& settings) { m_subject = GetParam().make(settings); }
  alert::EventQueue& queue() { return m_subject->queue(); }
  void pass(Millis time) { m_subject->pass(time); }

  static alert::Event event(std::int32_t number, alert::Lane lane = alert::Lane::standard);
  void publish(std::vector<alert::Event> events);
  std::vector<alert::Message> receive(int max = 10, alert::Lane lane = alert::Lane::standard);  // what is there
  alert::Message receive_one();
  bool ack(const alert::Message& message);
  alert::QueueDepth depth(alert::Lane lane = alert::Lane::standard);

private:
  std::unique_ptr<QueueSubject> m_subject;
};

}  // namespace bizcomms::contract
