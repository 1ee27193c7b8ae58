// Answers of Query services. Their elements are in a default namespace, so they are found by their local names. What is absent reads as
// empty: a caller asks for what it must have.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bizcomms::aws {

// A view into an Xml; must not outlive it.
class XmlElement {
public:
  XmlElement() = default;  // absent
  [[nodiscard]] bool exists() const { return m_node != nullptr; }
  [[nodiscard]] std::string_view name() const;                             // local
  [[nodiscard]] std::string text() const;                                  // without its children's
  [[nodiscard]] XmlElement operator[](std::string_view name) const;        // its first child of that name
  [[nodiscard]] std::vector<XmlElement> all(std::string_view name) const;  // every child of that name, in order

private:
  friend class Xml;
  explicit XmlElement(void* node) : m_node(node) {}
  void* m_node = nullptr;
};

class Xml {
public:
  [[nodiscard]] static std::optional<Xml> parse(std::string_view text);  // nothing where it is not XML
  Xml(Xml&&) noexcept;
  Xml& operator=(Xml&&) noexcept;
  ~Xml();
  [[nodiscard]] XmlElement root() const;

private:
  struct Hidden;
  explicit Xml(std::unique_ptr<Hidden> hidden);
  std::unique_ptr<Hidden> m_hidden;
};

}  // namespace bizcomms::aws
