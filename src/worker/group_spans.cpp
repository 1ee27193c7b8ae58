#include "worker/group_spans.hpp"

#include <algorithm>

namespace bizcomms::worker {

void GroupSpans::add(const Work& work) {
  if (work.inner_trace.empty()) { return; }
  // Those of one piece of work mostly stand together.
  auto part = std::find_if(m_parts.rbegin(), m_parts.rend(), [&](const Part& each) { return each.work == &work; });
  if (part != m_parts.rend()) {
    ++part->rows;
    return;
  }
  if (auto span = m_tracer.start(work.inner_trace, m_name, SpanKind::internal)) { m_parts.push_back({&work, std::move(span), 1}); }
}

void GroupSpans::end(const Error* error) {
  for (const Part& part : m_parts) {
    part.span->set("bizcomms.deliveries", part.rows);
    if (error != nullptr) { part.span->failure = error->message; }
    m_tracer.end(part.span);
  }
  m_parts.clear();
}

}  // namespace bizcomms::worker
