#include "store/alert_rows.hpp"

#include <fmt/format.h>

namespace bizcomms::store {

alert::Alert read_shown_alert(db::Row& row) {
  alert::Alert read;
  read.id.uuid = row.take<Uuid>();
  read.content.title = row.take<std::string>();
  read.content.message = row.take<std::string>();
  read.content.priority = static_cast<alert::Priority>(row.take<std::int16_t>());
  read.content.method = static_cast<alert::DeliveryMethod>(row.take<std::int16_t>());
  read.content.filter.tags = row.take<std::vector<std::string>>();
  read.content.filter.match_all_tags = row.take<bool>();
  read.content.filter.active_only = row.take<bool>();
  read.status = static_cast<alert::AlertStatus>(row.take<std::int16_t>());
  read.estimated_recipients = row.take<std::int64_t>();
  read.created_at = read.id.uuid.time();
  read.updated_at = row.take<Time>();
  read.sending_at = row.take_optional<Time>();
  read.ended_at = row.take_optional<Time>();
  read.reason = row.take<std::string>();
  return read;
}

alert::Alert read_alert(db::Row& row) {
  alert::Alert read = read_shown_alert(row);
  read.epoch = row.take<std::int64_t>();
  read.trace = row.take<std::string>();
  return read;
}

std::string filter_condition(const alert::Filter& filter, int tags_parameter) {
  std::string condition;
  if (filter.active_only) { condition += " AND r.active"; }
  if (!filter.tags.empty()) { condition += fmt::format(" AND r.tags {} ${}::text[]", filter.match_all_tags ? "@>" : "&&", tags_parameter); }
  return condition;
}

}  // namespace bizcomms::store
