// Spans of a write that a group of deliveries shares: one for each traced piece of work that has a part in it.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "bizcomms/base/result.hpp"
#include "bizcomms/base/tracer.hpp"
#include "worker/work.hpp"

namespace bizcomms::worker {

// Of one thread. Allocates nothing for work that is not traced.
class GroupSpans {
public:
  GroupSpans(const Tracer& tracer, std::string_view name) : m_tracer(tracer), m_name(name) {}
  void add(const Work& work);  // once for each of its deliveries
  void end(const Error* error);

private:
  struct Part {
    const Work* work = nullptr;
    OpenSpan span{};
    std::int64_t rows = 0;
  };
  const Tracer& m_tracer;
  const std::string_view m_name;
  std::vector<Part> m_parts;
};

}  // namespace bizcomms::worker
