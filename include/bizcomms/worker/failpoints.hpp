// Named places on the way of a delivery at which a test can end or freeze the process, to prove that nothing is lost or doubled there.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "bizcomms/base/result.hpp"

namespace bizcomms::worker {

enum class Failpoint : std::uint8_t { before_begin, after_begin, before_request, after_request, before_record, after_record, before_ack };
inline constexpr std::size_t k_failpoints = 7;

// Thread-safe. One branch where none is set. before_request is passed once for each delivery, the others once for each group.
class Failpoints {
public:
  using Act = std::function<void(Failpoint)>;

  Failpoints();
  ~Failpoints();
  Failpoints(Failpoints&&) noexcept;
  Failpoints& operator=(Failpoints&&) noexcept;

  // "after_request:kill", "before_ack:freeze:3" (at the third passing), several joined by commas. kill: SIGKILL to ourselves; freeze:
  // SIGSTOP, so that SIGCONT makes a zombie of us. `act` instead of either, if given.
  [[nodiscard]] static Result<Failpoints> parse(std::string_view text, const Act& act = {});

  void hit(Failpoint point) const {
    if (m_armed) { strike(point); }
  }

private:
  struct Armed;
  void strike(Failpoint point) const;
  std::unique_ptr<Armed> m_armed;
};

}  // namespace bizcomms::worker
