// The contract suite of DeliveryTable. An implementation joins by INSTANTIATE_TEST_SUITE_P(…, TableContract, …).
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "aws/delivery_table.hpp"
#include "bizcomms/base/ids.hpp"

namespace bizcomms::contract {

// A fresh, empty table.
class TableSubject {
public:
  virtual ~TableSubject() = default;
  virtual aws::DeliveryTable& table() = 0;
};

struct TableSubjectMaker {
  std::string name;
  std::function<std::unique_ptr<TableSubject>()> make;
  std::string missing = {};  // why it cannot be had
};
inline std::ostream& operator<<(std::ostream& out, const TableSubjectMaker& maker) { return out << maker.name; }

class TableContract : public testing::TestWithParam<TableSubjectMaker> {
protected:
  void SetUp() override;
  aws::DeliveryTable& table() { return m_subject->table(); }

  // Of one batch, in the order asked for.
  alert::DeliveryId id(alert::Channel channel = alert::Channel::sms);
  static aws::StoredRow row(const alert::DeliveryId& id, const std::string& reason = "");
  bool write(const aws::TableWrite& write);
  std::optional<aws::StoredRow> read(const alert::DeliveryId& id);
  std::optional<aws::StoredClaim> claim(const std::string& sid);
  std::vector<alert::DeliveryId> of_batch(const std::optional<alert::DeliveryId>& after = {}, int limit = 100);

  alert::AlertId alert{};

private:
  std::unique_ptr<TableSubject> m_subject;
  SystemClock m_clock;
  IdSource m_ids{m_clock, 7};
};

}  // namespace bizcomms::contract
