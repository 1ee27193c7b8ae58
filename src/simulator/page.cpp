#include "simulator/page.hpp"

#include <string>

namespace bizcomms::simulator {

const std::string_view k_page_body = R"html(
<header>
  <button id="back" aria-label="Back to the phones">‹</button>
  <h1><span class="logo">◉</span> BizComms <em>phones</em></h1>
  <div id="figures" aria-live="polite"></div>
  <label class="mood" title="How the simulated Twilio behaves">Twilio is
    <select id="mood"><option value="own">as started</option></select></label>
</header>
<main id="main">
  <nav aria-label="Phones">
    <input id="search" type="search" placeholder="Find a number" autocomplete="off" aria-label="Find a number">
    <ul id="phones"></ul>
  </nav>
  <section aria-label="Conversation">
    <div id="title"></div>
    <div id="talk" role="log" aria-live="polite"></div>
    <div id="keypad" hidden>
      <p>The call is on. Press a key:</p>
      <div id="keys"></div>
    </div>
    <form id="write" hidden>
      <div id="quick"></div>
      <div class="line"><input id="text" maxlength="1600" placeholder="Write a reply" autocomplete="off" aria-label="Reply"><button>Send</button></div>
    </form>
  </section>
</main>
<div id="toast" role="status"></div>
)html";

http::Response page() {
  std::string html = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>BizComms phones</title>";
  html += "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><link rel=\"icon\" href=\"data:,\"><style>";
  html.append(k_page_style)
      .append("</style></head><body>")
      .append(k_page_body)
      .append("<script>")
      .append(k_page_script)
      .append("</script></body></html>");
  http::Response response{.body = std::move(html), .content_type = "text/html; charset=utf-8"};
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; "
                       "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  return response;
}

}  // namespace bizcomms::simulator
