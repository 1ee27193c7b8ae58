#include "simulator/twilio_api.hpp"

#include <utility>

#include "bizcomms/crypto/crypto.hpp"

namespace bizcomms::simulator {
namespace {

constexpr std::string_view k_suffix = ".json";

Refusal not_found(const http::Request& request) { return {20404, "The requested resource " + request.path + " was not found"}; }

bool is_before(Fault fault) {
  return fault == Fault::throttle || fault == Fault::error_before || fault == Fault::hang_before || fault == Fault::reset_before;
}

std::string_view literal(Fault fault) {
  switch (fault) {
    case Fault::none:
      return "none";
    case Fault::throttle:
      return "fault_throttle";
    case Fault::error_before:
      return "fault_error_before";
    case Fault::error_after:
      return "fault_error_after";
    case Fault::hang_before:
      return "fault_hang_before";
    case Fault::hang_after:
      return "fault_hang_after";
    case Fault::reset_before:
      return "fault_reset_before";
    case Fault::reset_after:
      return "fault_reset_after";
    case Fault::garbled_after:
      break;
  }
  return "fault_garbled_after";
}

http::Response answer(const Reply& reply, int status) {
  if (const auto* refusal = std::get_if<Refusal>(&reply)) { return to_response(*refusal); }
  return {.status = status, .body = std::get<Json>(reply)};
}

}  // namespace

TwilioApi::TwilioApi(const Settings& settings, Exchange& exchange, Metrics& metrics)
    : m_settings(settings),
      m_exchange(exchange),
      m_accepted(
          metrics.counter("bizcomms_simulator_creates_total", "Create requests to the simulated Twilio.", {{"outcome", "accepted"}})),
      m_refused(metrics.counter("bizcomms_simulator_creates_total", "Create requests to the simulated Twilio.", {{"outcome", "refused"}})),
      m_faulty(metrics.counter("bizcomms_simulator_creates_total", "Create requests to the simulated Twilio.", {{"outcome", "faulty"}})) {}

std::optional<Refusal> TwilioApi::refuse_caller(const http::Request& request) const {
  const auto field = request.headers.find("Authorization");
  if (!field || !field->starts_with("Basic ")) { return Refusal{20003}; }
  const auto pair = crypto::from_base64(field->substr(6));
  const auto colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) { return Refusal{20003}; }
  const std::string user = pair->substr(0, colon);
  const std::string password = pair->substr(colon + 1);
  const auto key = m_settings.api_keys.find(user);
  const bool is_account =
      user == m_settings.account_sid && crypto::equal_in_constant_time(password, m_settings.auth_token.current()->reveal());
  const bool is_key = key != m_settings.api_keys.end() && crypto::equal_in_constant_time(password, key->second.reveal());
  if (!is_account && !is_key) { return Refusal{20003}; }
  if (request.captures.empty() || request.captures.front() != m_settings.account_sid) { return not_found(request); }
  return std::nullopt;
}

// What the caller gets in place of, or late after, the true answer.
http::Response TwilioApi::ended(http::Response response, const Verdict& verdict, bool taken) {
  if (verdict.fault != Fault::none) {
    m_exchange.count(literal(verdict.fault));
    m_faulty.add();
  }
  switch (verdict.fault) {
    case Fault::none:
      break;
    case Fault::throttle:
      response = to_response({20429});
      break;
    case Fault::error_before:
      response = to_response({20503});
      break;
    case Fault::error_after:
      response = to_response({20500});
      break;
    case Fault::hang_before:
    case Fault::hang_after:
      response.ending = http::Ending::hang;
      break;
    case Fault::reset_before:
    case Fault::reset_after:
      response.ending = http::Ending::reset;
      break;
    case Fault::garbled_after:
      response.body.resize(response.body.size() / 2);
      break;
  }
  (taken ? m_accepted : m_refused).add();
  response.delay = verdict.delay;
  return response;
}

template <class Order>
http::Response TwilioApi::create(const http::Request& request, std::string_view kind) {
  m_exchange.count(kind == "message" ? "create_message" : "create_call");
  if (const auto refusal = refuse_caller(request)) {
    m_exchange.count("unauthenticated");
    return to_response(*refusal);
  }
  const auto form = http::parse_form(request.body);
  if (!form) { return to_response({20001, "The body is no valid application/x-www-form-urlencoded form in UTF-8"}); }
  const auto verdict = m_exchange.judge(kind, http::find(*form, "To").value_or(""));
  if (is_before(verdict.fault)) { return ended({}, verdict, false); }
  Order order;
  const auto refusal = read_order(*form, m_settings, m_exchange.behaviour_is_test(), order);
  const Reply reply = refusal ? Reply(*refusal) : m_exchange.create(order, verdict);
  const bool taken = std::holds_alternative<Json>(reply);
  if (!taken) {
    m_exchange.count("refused");
    Verdict late;
    late.delay = verdict.delay;
    return ended(answer(reply, 201), late, false);  // nothing was taken, so no "after"
  }
  return ended(answer(reply, 201), verdict, true);
}

http::Response TwilioApi::create_message(const http::Request& request) { return create<MessageOrder>(request, "message"); }

http::Response TwilioApi::create_call(const http::Request& request) { return create<CallOrder>(request, "call"); }

template <class Work>
http::Response TwilioApi::read(const http::Request& request, const std::string& identity, const Work& work) {
  if (const auto refusal = refuse_caller(request)) {
    m_exchange.count("unauthenticated");
    return to_response(*refusal);
  }
  if (m_exchange.behaviour_is_test()) { return to_response({20008}); }
  const auto verdict = m_exchange.judge("read", identity);
  http::Response response = verdict.fault == Fault::none ? work() : http::Response{};
  if (verdict.fault != Fault::none) { m_exchange.count("read_faulty"); }
  switch (verdict.fault) {
    case Fault::throttle:
      response = to_response({20429});
      break;
    case Fault::error_before:
      response = to_response({20503});
      break;
    case Fault::hang_before:
      response.ending = http::Ending::hang;
      break;
    case Fault::reset_before:
      response.ending = http::Ending::reset;
      break;
    default:
      break;
  }
  response.delay = verdict.delay;
  return response;
}

http::Response TwilioApi::list(const http::Request& request, bool calls) {
  m_exchange.count(calls ? "list_calls" : "list_messages");
  return read(request, std::string(http::find(request.query, "To").value_or("list")), [&]() -> http::Response {
    const auto query = read_list_query(request, calls);
    if (const auto* refusal = std::get_if<Refusal>(&query)) { return to_response(*refusal); }
    const auto& wanted = std::get<ListQuery>(query);
    return {.body = calls ? m_exchange.list_calls(wanted) : m_exchange.list_messages(wanted)};
  });
}

http::Response TwilioApi::one(const http::Request& request, bool call) {
  m_exchange.count(call ? "one_call" : "one_message");
  const std::string name = request.captures.size() > 1 ? request.captures[1] : "";
  return read(request, name, [&]() -> http::Response {
    if (!name.ends_with(k_suffix)) {
      return to_response({20404, "The requested resource " + request.path + " was not found: without .json Twilio answers in XML"});
    }
    Sid sid;
    if (!Sid::parse(std::string_view(name).substr(0, name.size() - k_suffix.size()), call ? "CA" : "SM", sid)) {
      return to_response(not_found(request));
    }
    if (request.method == "GET" || request.method == "HEAD") {
      return answer(call ? m_exchange.fetch_call(sid) : m_exchange.fetch_message(sid), 200);
    }
    if (request.method == "DELETE") {
      if (call || !m_exchange.delete_message(sid)) { return to_response(not_found(request)); }
      return {.status = 204};
    }
    const auto form = http::parse_form(request.body);
    if (!form) { return to_response({20001, "The body is no valid form"}); }
    return answer(call ? m_exchange.update_call(sid, *form) : m_exchange.update_message(sid, *form), 200);
  });
}

std::vector<http::Route> TwilioApi::routes() {
  const std::string account = "/2010-04-01/Accounts/{account}";
  const auto io = http::RunOn::io_thread;
  std::vector<http::Route> routes;
  routes.push_back({"POST", account + "/Messages.json", [this](const http::Request& r) { return create_message(r); }, io, true});
  routes.push_back({"GET", account + "/Messages.json", [this](const http::Request& r) { return list(r, false); }, io});
  routes.push_back({"POST", account + "/Calls.json", [this](const http::Request& r) { return create_call(r); }, io, true});
  routes.push_back({"GET", account + "/Calls.json", [this](const http::Request& r) { return list(r, true); }, io});
  for (const bool call : {false, true}) {
    const std::string pattern = account + (call ? "/Calls/{name}" : "/Messages/{name}");
    for (const char* method : {"GET", "POST", "DELETE"}) {
      routes.push_back(
          {method, pattern, [this, call](const http::Request& r) { return one(r, call); }, io, std::string_view(method) == "POST"});
    }
  }
  return routes;
}

}  // namespace bizcomms::simulator
