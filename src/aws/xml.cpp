#include "aws/xml.hpp"

#include <pugixml.hpp>

#include <utility>

namespace bizcomms::aws {
namespace {

pugi::xml_node node_of(void* node) { return pugi::xml_node(static_cast<pugi::xml_node_struct*>(node)); }

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  return name.substr(name.find(':') + 1);  // nothing found is npos, and npos + 1 is 0
}

}  // namespace

struct Xml::Hidden {
  pugi::xml_document document;
};

std::string_view XmlElement::name() const { return local_name(node_of(m_node)); }

std::string XmlElement::text() const { return node_of(m_node).text().get(); }

XmlElement XmlElement::operator[](std::string_view name) const {
  const auto found = node_of(m_node).find_child([name](const pugi::xml_node& child) { return local_name(child) == name; });
  return XmlElement(found.internal_object());
}

std::vector<XmlElement> XmlElement::all(std::string_view name) const {
  std::vector<XmlElement> found;
  for (const pugi::xml_node child : node_of(m_node).children()) {
    if (local_name(child) == name) { found.push_back(XmlElement(child.internal_object())); }
  }
  return found;
}

Xml::Xml(std::unique_ptr<Hidden> hidden) : m_hidden(std::move(hidden)) {}
Xml::Xml(Xml&&) noexcept = default;
Xml& Xml::operator=(Xml&&) noexcept = default;
Xml::~Xml() = default;

std::optional<Xml> Xml::parse(std::string_view text) {
  auto hidden = std::make_unique<Hidden>();
  if (!hidden->document.load_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8)) { return std::nullopt; }
  return Xml(std::move(hidden));
}

XmlElement Xml::root() const { return XmlElement(m_hidden->document.document_element().internal_object()); }

}  // namespace bizcomms::aws
