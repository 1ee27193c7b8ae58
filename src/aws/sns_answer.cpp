#include "aws/sns_answer.hpp"

#include <pugixml.hpp>

namespace bizcomms::aws {

std::vector<NamedEntry> published_entries(const std::string& body) {
  pugi::xml_document document;
  std::vector<NamedEntry> entries;
  if (!document.load_buffer(body.data(), body.size())) { return entries; }
  const pugi::xml_node result = document.child("PublishBatchResponse").child("PublishBatchResult");
  for (const pugi::xml_node& entry : result.child("Successful").children("member")) {
    entries.push_back({.id = entry.child_value("Id"), .taken = true});
  }
  for (const pugi::xml_node& entry : result.child("Failed").children("member")) {
    entries.push_back({.id = entry.child_value("Id"),
                       .at_fault = std::string(entry.child_value("SenderFault")) == "true",
                       .code = entry.child_value("Code")});
  }
  return entries;
}

}  // namespace bizcomms::aws
