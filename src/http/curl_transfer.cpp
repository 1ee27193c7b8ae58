#include "http/curl_transfer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "http/trimmed.hpp"

namespace bizcomms::http {
namespace {

// Below the 60 s after which load balancers and Twilio close idle connections, so that few are found dead when used again.
constexpr long k_idle_connection_seconds = 45;

bool is_token(std::string_view text) {
  static constexpr std::string_view k_marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || k_marks.find(c) != std::string_view::npos;
  });
}

bool is_field_value(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos; }

bool is_loopback(std::string_view host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

Error invalid(std::string message) { return Error{.code = ErrorCode::invalid, .message = std::move(message)}; }

long milliseconds(Millis duration) { return static_cast<long>(std::clamp<Millis::rep>(duration.count(), 1, 24L * 3600 * 1000)); }

}  // namespace

std::string_view authority_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) { return {}; }
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const auto user = url.rfind('@');
  return user == std::string_view::npos ? url : url.substr(user + 1);
}

std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) { return authority.substr(1, authority.find(']') - 1); }
  return authority.substr(0, authority.find(':'));
}

CurlTransfer::CurlTransfer(const CurlSettings& settings) : m_handle(curl_easy_init()) {
  check(m_handle != nullptr, "libcurl makes a handle");
  set_fixed_options(settings);
}

void CurlTransfer::set_fixed_options(const CurlSettings& settings) {
  CURL* const handle = m_handle.get();
  curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  // HTTP/2 would put many requests on one connection, where the rule "aborted before its first byte" could not be held.
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(handle, CURLOPT_MAXAGE_CONN, k_idle_connection_seconds);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(handle, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "bizcomms");
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, m_error_text.data());
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, &CurlTransfer::on_prereq);
  curl_easy_setopt(handle, CURLOPT_PREREQDATA, this);
  if (!settings.ca_file.empty()) { curl_easy_setopt(handle, CURLOPT_CAINFO, settings.ca_file.c_str()); }
}

Status CurlTransfer::prepare(CurlSubmission submission) {
  m_submission = std::move(submission);
  m_host = host_of(authority_of(m_submission.request.url));
  m_response = {};
  m_error_text[0] = '\0';
  m_tries = 0;
  m_held_back = false;
  m_too_large = false;

  const ClientRequest& request = m_submission.request;
  if (m_host.empty()) { return invalid("The URL has no host."); }
  if (request.url.find('\0') != std::string::npos || curl_easy_setopt(handle(), CURLOPT_URL, request.url.c_str()) != CURLE_OK) {
    return invalid(fmt::format("The URL for {} cannot be used.", m_host));
  }
  if (auto method = set_method(); !method) { return method; }
  if (auto headers = set_headers(); !headers) { return headers; }
  set_access();
  curl_easy_setopt(handle(), CURLOPT_TIMEOUT_MS, milliseconds(request.timeout));
  curl_easy_setopt(handle(), CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(request.timeout, request.connect_timeout)));
  return {};
}

Status CurlTransfer::set_method() {
  const ClientRequest& request = m_submission.request;
  if (!is_token(request.method)) { return invalid("The method is not a name that HTTP allows."); }
  const bool sends_body = !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (sends_body) {
    curl_easy_setopt(handle(), CURLOPT_POST, 1L);
    curl_easy_setopt(handle(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle(), CURLOPT_POSTFIELDS, request.body.data());  // not copied: it lives in m_submission
  } else {
    curl_easy_setopt(handle(), CURLOPT_HTTPGET, 1L);
  }
  const bool is_plain = request.method == (sends_body ? "POST" : "GET");
  curl_easy_setopt(handle(), CURLOPT_CUSTOMREQUEST, is_plain ? nullptr : request.method.c_str());
  if (request.method == "HEAD") { curl_easy_setopt(handle(), CURLOPT_NOBODY, 1L); }
  return {};
}

Status CurlTransfer::set_headers() {
  curl_slist* list = curl_slist_append(nullptr, "Expect:");  // a round trip, and some servers answer 417
  check(list != nullptr, "libcurl makes a header list");
  m_headers.reset(list);
  std::string line;
  for (const auto& [name, value] : m_submission.request.headers.all()) {
    if (!is_token(name) || !is_field_value(value)) { return invalid(fmt::format("A header for {} cannot be sent.", m_host)); }
    line = name;
    if (value.empty()) {
      line += ';';  // libcurl's way to say "with no value"
    } else {
      line.append(": ").append(value);
    }
    check(curl_slist_append(list, line.c_str()) != nullptr, "libcurl takes a header");
  }
  curl_easy_setopt(handle(), CURLOPT_HTTPHEADER, list);
  return {};
}

void CurlTransfer::set_access() {
  const ClientRequest& request = m_submission.request;
  const bool named = !request.username.empty();
  curl_easy_setopt(handle(), CURLOPT_USERNAME, named ? request.username.c_str() : nullptr);
  curl_easy_setopt(handle(), CURLOPT_PASSWORD, named ? request.password.reveal().c_str() : nullptr);
  // Elsewhere the environment's http_proxy and no_proxy hold.
  curl_easy_setopt(handle(), CURLOPT_NOPROXY, request.direct || is_loopback(m_host) ? "*" : nullptr);
}

bool CurlTransfer::may_be_repeated() const { return m_submission.request.method == "GET" || m_submission.request.method == "HEAD"; }

// Runs when the connection stands, before the first byte of the request; once more when libcurl is about to send it again because a
// connection that it used again died without an answer. It does so for any method and offers no option against it.
int CurlTransfer::on_prereq(void* self, char* /*peer_ip*/, char* /*local_ip*/, int /*peer_port*/, int /*local_port*/) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  if (transfer.m_tries > 0 && !transfer.may_be_repeated()) {
    ++transfer.m_tries;
    return CURL_PREREQFUNC_ABORT;
  }
  const auto& may_leave = transfer.m_submission.request.may_leave;
  if (may_leave && !may_leave()) {
    transfer.m_held_back = true;
    return CURL_PREREQFUNC_ABORT;
  }
  ++transfer.m_tries;
  return CURL_PREREQFUNC_OK;
}

std::size_t CurlTransfer::on_header(const char* data, std::size_t size, std::size_t count, void* self) {
  auto& response = static_cast<CurlTransfer*>(self)->m_response;
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) {
    response.headers = {};  // of an interim answer
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    response.headers.add(std::string(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1))));
  }
  return size * count;
}

std::size_t CurlTransfer::on_body(const char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  const std::size_t bytes = size * count;
  if (transfer.m_response.body.size() + bytes > transfer.m_submission.request.body_bytes_max) {
    transfer.m_too_large = true;
    return bytes + 1;  // anything but `bytes` aborts
  }
  transfer.m_response.body.append(data, bytes);
  return bytes;
}

Result<ClientResponse> CurlTransfer::finish(CURLcode code) {
  if (code != CURLE_OK) { return failure(code); }
  long status = 0;
  curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
  m_response.status = static_cast<int>(status);
  return std::move(m_response);
}

Error CurlTransfer::given_up(const std::string& message) const {
  return Error{.code = m_tries == 0 ? ErrorCode::unavailable : ErrorCode::outcome_unknown, .message = message};
}

Error CurlTransfer::failure(CURLcode code) const {
  if (m_tries == 0 || (m_held_back && may_be_repeated())) { return not_sent(code); }
  std::string message;
  if (m_too_large) {
    message = fmt::format("{} answered with more than {} bytes.", m_host, m_submission.request.body_bytes_max);
  } else if (code == CURLE_OPERATION_TIMEDOUT) {
    message = fmt::format("{} did not answer within {}.", m_host, to_words(m_submission.request.timeout));
  } else {
    message = fmt::format("The connection to {} broke before a whole answer came.", m_host);
  }
  Error error = given_up(message);
  const std::string_view stopped = m_tries > 1 && !may_be_repeated() ? "a reused connection died; not sent again" : "";
  error.cause = fmt::format("curl {}: {}", static_cast<int>(code), stopped.empty() ? m_error_text.data() : stopped);
  return error;
}

Error CurlTransfer::not_sent(CURLcode code) const {
  Error error = {
      .code = ErrorCode::unavailable, .message = {}, .cause = fmt::format("curl {}: {}", static_cast<int>(code), m_error_text.data())};
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      error.code = ErrorCode::invalid;
      error.message = fmt::format("The URL for {} cannot be used.", m_host);
      break;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      error.message = fmt::format("The name {} cannot be resolved.", m_host);
      break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      error.message = fmt::format("The certificate of {} cannot be verified.", m_host);
      break;
    case CURLE_SSL_CONNECT_ERROR:
      error.message = fmt::format("No encrypted connection to {} could be made.", m_host);
      break;
    case CURLE_OPERATION_TIMEDOUT:
      error.message = fmt::format("No connection to {} was made in time.", m_host);
      break;
    default:
      error.message = m_held_back ? fmt::format("The request to {} was held back before it left.", m_host)
                                  : fmt::format("{} cannot be reached.", m_host);
  }
  return error;
}

}  // namespace bizcomms::http
