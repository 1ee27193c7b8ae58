// A secret that may be changed elsewhere while the process runs, such as a token that is rotated: what is in force, and where to read it
// anew.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bizcomms/base/secret.hpp"

namespace bizcomms {

// Copies are one and the same secret. Thread-safe, but for assignment.
class LiveSecret {
public:
  using Held = std::shared_ptr<const Secret>;  // never null

  LiveSecret() : LiveSecret(Secret()) {}
  // `source`: where it is read anew ("file:/run/token"); empty: it never changes.
  LiveSecret(Secret first, std::string source = {});  // NOLINT(google-explicit-constructor): one that never changes is one too

  [[nodiscard]] const std::string& source() const;
  [[nodiscard]] Held current() const;
  // It and the one before it, as long as that is kept: what others may still use. Never empty.
  [[nodiscard]] std::vector<Held> accepted() const;

  // The other side did not accept `used`, or signed with another: who renews it is told, unless it is another one by now.
  void refuse(const Held& used) const;

  // For who renews it. `told` runs on threads of those who use it and must only notify.
  void on_refusal(std::function<void()> told) const;
  void replace(Secret next) const;  // what was current is kept beside it
  void drop_former() const;

private:
  struct Hidden;
  std::shared_ptr<Hidden> m_hidden;
};

}  // namespace bizcomms
