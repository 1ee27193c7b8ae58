// The telephone exchange: every phone, message and call of the simulated world. Thread-safe: one mutex guards all, every call is
// short. Nothing in it runs by itself: what a message is at a time follows from when it was taken.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "bizcomms/base/time.hpp"
#include "bizcomms/simulator/simulator.hpp"
#include "simulator/book.hpp"
#include "simulator/call.hpp"
#include "simulator/courier.hpp"
#include "simulator/lists.hpp"
#include "simulator/message.hpp"
#include "simulator/orders.hpp"
#include "simulator/text_pool.hpp"

namespace bizcomms::simulator {

// What the dice and the faults say about one request.
struct Verdict {
  Draw draw{0, "", "", 0};
  Fault fault = Fault::none;
  Millis delay{0};
  int refuse = 0;      // Twilio's code
  int error_code = 0;  // at the end of what it creates
  std::string call_end = {};
};

using Json = std::string;
using Reply = std::variant<Json, Refusal>;
// Why an admin request cannot be done; a sentence.
struct Trouble {
  int status = 409;
  std::string message;
};

class Exchange {
public:
  Exchange(const Settings& settings, const Clock& clock, Courier& courier);

  // Behaviour
  [[nodiscard]] Behaviour behaviour() const;
  [[nodiscard]] bool behaviour_is_test() const;  // test credentials
  void set_behaviour(Behaviour behaviour);
  // `kind`: "message", "call", "read"; `identity`: the recipient, or what is read. Counts the request.
  [[nodiscard]] Verdict judge(std::string_view kind, std::string_view identity);
  void count(std::string_view what);  // what: a literal

  // Twilio's REST API
  [[nodiscard]] Reply create(const MessageOrder& order, const Verdict& verdict);
  [[nodiscard]] Reply create(const CallOrder& order, const Verdict& verdict);
  [[nodiscard]] Reply fetch_message(const Sid& sid) const;
  [[nodiscard]] Reply fetch_call(const Sid& sid) const;
  [[nodiscard]] Reply update_message(const Sid& sid, const http::Parameters& form);
  [[nodiscard]] Reply update_call(const Sid& sid, const http::Parameters& form);
  [[nodiscard]] bool delete_message(const Sid& sid);
  [[nodiscard]] Json list_messages(const ListQuery& query) const;
  [[nodiscard]] Json list_calls(const ListQuery& query) const;

  // The phones' side
  [[nodiscard]] Json phones(std::size_t limit, std::string_view search) const;
  [[nodiscard]] std::variant<Json, Trouble> phone(std::string_view number, std::size_t limit) const;
  // `ours`: the number it is sent to; empty: the one that wrote last.
  [[nodiscard]] std::optional<Trouble> reply(std::string_view number, const std::string& text, std::string ours);
  [[nodiscard]] std::optional<Trouble> press(std::string_view number, const std::string& digits);
  // `cursor`: of the page before. `all`: also what is on its way or was lost.
  [[nodiscard]] std::variant<Json, Trouble> record(std::size_t limit, std::string_view cursor, bool all) const;
  [[nodiscard]] Json statistics() const;
  void reset();  // everything but the behaviour

private:
  struct Phone {
    std::vector<std::uint64_t> items;  // message number × 2, or call number × 2 + 1; the first `gone` have left their book
    std::size_t gone = 0;
    [[nodiscard]] std::span<const std::uint64_t> kept() const { return std::span<const std::uint64_t>(items).subspan(gone); }
    std::vector<std::string> blocked;  // senders and services that STOP has shut out
    std::list<std::uint64_t>::iterator place;
  };
  struct AnswerLater {
    bool operator()(Time a, Time b) const { return a > b; }
  };
  struct Told {  // where a message's status goes
    std::string url;
    Draw draw;
  };

  Phone& touch(std::uint64_t number);
  void forget_item(std::uint64_t number, std::uint64_t item);
  void keep(const Message& message);
  void keep_call(Call call);
  [[nodiscard]] bool is_blocked(std::uint64_t phone, const MessageOrder& order) const;
  [[nodiscard]] std::string sender_for(const MessageOrder& order) const;
  [[nodiscard]] Time leave_at(const Message& message, Millis draw);
  void plan(Message& message, const MessageOrder& order, const Verdict& verdict);
  void tell(const Message& message, const std::string& url, const Draw& draw);
  void tell_status(const std::shared_ptr<const Told>& told, const Sid& sid, MessageStatus status, Time at);
  void post_event(const Draw& event, Time at, const Courier::Maker& make);
  [[nodiscard]] std::optional<Webhook> status_webhook(const Told& told, const Sid& sid, MessageStatus status) const;
  void add_reply(std::uint64_t phone, const std::string& ours, const std::string& text, bool automatic);
  void apply_keyword(const Message& inbound);
  void post_inbound(const Message& message);

  void plan(Call& call, const CallOrder& order, const Verdict& verdict);
  void tell_call(const Call& call);
  void tell_call_event(const Call& call, std::string_view event, CallStatus status, int number, Time at);
  [[nodiscard]] std::optional<Webhook> call_webhook(const Sid& sid, std::string_view event, CallStatus status, int number,
                                                    std::uint32_t version, bool versioned) const;
  void rewrite_end(Call& call);
  void fetch_document(const Call& call, const Endpoint& from, Time at, http::Parameters extra);
  void play_answer(const Sid& sid, std::uint32_t version, const Result<http::ClientResponse>& answer);
  [[nodiscard]] http::Parameters call_parameters(const Call& call, CallStatus status) const;
  void end_call(Call& call, CallStatus status, Time now);
  [[nodiscard]] Call* call_in_progress(std::uint64_t phone, Time now);

  void write_item(json::Writer& writer, const Message& message, Time now) const;
  void write_item(json::Writer& writer, const Call& call, Time now) const;

  const Settings& m_settings;
  const Clock& m_clock;
  Courier& m_courier;

  mutable std::mutex m_mutex;  // guards all below
  Behaviour m_behaviour;
  std::unordered_map<std::string, std::size_t> m_recipient_faults;  // index into m_behaviour.recipients
  std::vector<int> m_faults_used;
  std::unordered_map<std::uint64_t, std::uint64_t> m_counts;  // requests by hash of kind and identity
  std::priority_queue<Time, std::vector<Time>, AnswerLater> m_open_answers;
  TextPool m_texts;
  Book<Message> m_messages;
  Book<Call> m_calls;
  std::list<std::uint64_t> m_recent;  // phones, the last to have something first
  std::unordered_map<std::uint64_t, Phone> m_phones;
  std::unordered_map<std::string, Time> m_sender_free;
  Time m_calls_free{};
  std::uint64_t m_inbound = 0;  // numbers the inbound messages and replies
  std::map<std::string_view, std::int64_t> m_statistics;
};

}  // namespace bizcomms::simulator
