// Whatever arrives, in whatever pieces: the framer ends the same way, and router and form reader stand what it lets pass.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "bizcomms/http/message.hpp"
#include "http/framer.hpp"
#include "http/proxies.hpp"
#include "http/router.hpp"

namespace {

using bizcomms::http::Framer;
using bizcomms::http::Router;

constexpr std::size_t k_header_max = 4096;
constexpr std::size_t k_body_max = 16'384;

Router router_of_all_shapes() {
  Router router;
  router.add("GET", "/", 0);
  router.add("GET", "/v1/alerts/{id}", 1);
  router.add("POST", "/v1/alerts", 2);
  router.add("GET", "/{a}/{b}/status", 3);
  return router;
}

void use(Framer& framer, std::vector<std::string>& seen) {
  static const Router router = router_of_all_shapes();
  static const auto proxies = bizcomms::http::TrustedProxies::parse({"10.0.0.0/8"});
  auto& head = framer.head();
  const auto match = router.find(head.method, std::string_view(head.target).substr(0, head.target.find('?')));
  const auto query = bizcomms::http::parse_form(head.query());
  const auto form = bizcomms::http::parse_form(framer.body());
  if (form && bizcomms::http::parse_form(bizcomms::http::to_form(*form)) != form) { std::abort(); }
  seen.push_back(head.method + ' ' + head.path + ' ' + std::to_string(match.route) + ' ' + (query ? "q" : "") + ' ' + framer.body() + ' ' +
                 proxies.value().client_of("10.0.0.1", head.headers));
}

// All requests of the stream, then how it ended. `pieces` gives the length of each piece.
std::vector<std::string> outcome_of(std::string_view stream, std::string_view pieces) {
  Framer framer(k_header_max, k_body_max);
  std::vector<std::string> seen;
  for (std::size_t turn = 0; !stream.empty(); ++turn) {
    const auto wanted = pieces.empty() ? stream.size() : 1 + static_cast<unsigned char>(pieces[turn % pieces.size()]) % 32U;
    auto piece = stream.substr(0, wanted);
    stream.remove_prefix(piece.size());
    while (!piece.empty()) {
      piece.remove_prefix(framer.feed(piece));
      if (framer.state() == Framer::State::refused) {
        seen.push_back("refused " + std::to_string(framer.refusal().status));
        return seen;
      }
      if (framer.state() != Framer::State::complete) { continue; }
      use(framer, seen);
      framer.next();
    }
  }
  return seen;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(data, data + size);
  const auto cut = size / 8;  // the first eighth says how to cut the rest
  const auto stream = std::string_view(input).substr(cut);
  if (outcome_of(stream, {}) != outcome_of(stream, std::string_view(input).substr(0, cut))) { std::abort(); }
  return 0;
}
