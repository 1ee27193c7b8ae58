// From an event to the deliveries it stands for. Used by receivers; thread-safe, for it keeps nothing.
#pragma once

#include <memory>
#include <vector>

#include "worker/context.hpp"

namespace bizcomms::worker {

class Preparation {
public:
  explicit Preparation(const Context& context) : m_context(context) {}

  // Always a piece of work, if only an empty one: nothing left to do (acked), not now (given back) or its own fault (released).
  [[nodiscard]] std::shared_ptr<Work> prepare(std::shared_ptr<Held> held) const;

private:
  void begin_span(Work& work) const;
  [[nodiscard]] Status fill(Work& work) const;
  // The batch to be done here; nought: none.
  [[nodiscard]] Result<std::int32_t> expand(Work& work) const;
  [[nodiscard]] Status load(Work& work, std::int32_t number) const;
  [[nodiscard]] Status leave_out_begun(Work& work, std::int32_t number) const;
  void add_rows(Work& work, const alert::Batch& batch) const;

  const Context& m_context;
};

// Whether it would come too late to be of use to anybody; and the words for it.
[[nodiscard]] bool is_too_old(const alert::Alert& alert, const Context& context);
[[nodiscard]] std::string too_old_reason(const Context& context);

// What every request of this alert needs: hashes, segments, trace id.
void describe(Work& work, alert::Alert alert, const alert::Sender& sender);

}  // namespace bizcomms::worker
