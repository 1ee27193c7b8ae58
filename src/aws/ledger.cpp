#include "bizcomms/aws/ledger.hpp"

#include "aws/dynamo_table.hpp"
#include "aws/table_ledger.hpp"

namespace bizcomms::aws {

std::unique_ptr<alert::RemoteLedger> dynamo_ledger(Client& client, const LedgerSettings& settings, alert::LedgerGround& ground) {
  return std::make_unique<TableLedger>(std::make_unique<DynamoTable>(client, settings), ground, settings.clock_margin);
}

}  // namespace bizcomms::aws
