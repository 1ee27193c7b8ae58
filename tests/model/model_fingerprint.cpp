// A state of the model as a number. Times count from now: two states that differ only in when they were reached have the same future.
#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "model/protocol_model.hpp"

namespace bizcomms::model {

using namespace alert;

namespace {

class Writer {
public:
  explicit Writer(Time now) : m_now(now) {}

  Writer& add(std::int64_t number) {
    fmt::format_to(std::back_inserter(m_text), "{},", number);
    return *this;
  }
  Writer& add(const std::string& text) {
    m_text += text;
    m_text += ',';
    return *this;
  }
  Writer& add(Time at) { return add((at - m_now).count()); }
  Writer& add(const std::optional<Time>& at) { return at ? add(*at) : add(std::string("-")); }
  Writer& add_future(const std::optional<Time>& at) { return add(at ? std::max((*at - m_now).count(), Millis::rep{0}) : -1); }
  // By the order in which they appear.
  Writer& add(const AttemptToken& token) {
    return add(static_cast<std::int64_t>(m_tokens.try_emplace(token, m_tokens.size()).first->second));
  }
  Writer& add(const DeliveryId& id) { return add(id.alert.uuid.to_base32()); }

  void add(const test::MemoryState& state) {
    add(state.epoch).add(state.taken_over_at == Time{} ? Time{m_now} : state.taken_over_at);
    for (const auto& [id, row] : state.deliveries) {
      add(id).add_future(row.hidden_until);
      add(row.delivery.attempt);
      if (row.delivery.reports) { add(*row.delivery.reports); }
    }
    for (const auto& [sid, claim] : state.claims) { add(sid).add(claim.id).add(claim.by_look_up ? 1 : 0); }
  }
  void add(const Attempt& attempt) {
    add(attempt.token).add(static_cast<int>(attempt.state)).add(attempt.number).add(std::min(attempt.looks, 2));
    add(attempt.started_at).add_future(attempt.lease_until).add_future(attempt.due_at).add(attempt.sid.value_or("")).add(attempt.resent);
  }
  void add(const Reports& reports) {
    add(reports.sid).add(reports.token).add(reports.rank).add(static_cast<int>(reports.kind)).add(reports.delivered_at ? 1 : 0);
  }
  // What follows stands by itself, until it is taken off.
  [[nodiscard]] std::size_t mark() const { return m_text.size(); }
  [[nodiscard]] std::string take_off(std::size_t mark) {
    std::string taken = m_text.substr(mark);
    m_text.resize(mark);
    return taken;
  }
  [[nodiscard]] const std::string& text() const { return m_text; }

private:
  Time m_now;
  std::string m_text;
  std::map<AttemptToken, std::size_t> m_tokens;
};

}  // namespace

std::uint64_t Model::fingerprint() const {
  Writer writer(m_clock.now());
  writer.add(m_left.crashes).add(m_left.freezes).add(m_left.takeovers).add(m_provider.faults_left());
  writer.add(m_store.state());
  if (m_left.takeovers > 0) { writer.add(m_replica); }
  for (const OnTheWire& request : m_provider.wire()) { writer.add(request.token).add(request.left_at); }
  for (const Message& message : m_provider.messages()) {
    writer.add(message.id).add(message.token).add(message.created_at).add_future(message.listed_at);
    writer.add(message.callbacks_left).add(message.fails ? 1 : 0).add(message.failure_known ? 1 : 0);
  }
  std::vector<std::string> workers;  // it does not matter which of them is which
  for (const Worker& worker : m_workers) {
    const std::size_t mark = writer.mark();
    writer.add("w").add(worker.frozen ? 1 : 0).add(worker.outlived ? 1 : 0);
    for (const Request& request : worker.requests) {
      writer.add(request.id).add(request.token).add(request.attempt).add(static_cast<int>(request.at)).add(request.lease_ends);
      writer.add(request.left_at == Time{} ? m_clock.now() : request.left_at);
      writer.add(request.answer ? *request.answer : std::to_string(static_cast<int>(request.answer.error().code)));
    }
    for (const LookUp& look : worker.look_ups) {
      writer.add("l").add(look.due.delivery.id).add(look.due.now).add(look.due.delivery.attempt);
      writer.add(look.seen.contested ? 1 : 0);
      for (std::size_t i = 0; i < look.seen.candidates.size(); ++i) {
        writer.add(look.seen.candidates[i].sid).add(look.seen.claimed[i] ? 1 : 0);
      }
    }
    workers.push_back(writer.take_off(mark));
  }
  std::sort(workers.begin(), workers.end());
  for (const std::string& worker : workers) { writer.add(worker); }
  return std::hash<std::string>{}(writer.text());
}

}  // namespace bizcomms::model
