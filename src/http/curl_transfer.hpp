// One request on one libcurl easy handle. The handle and its fixed options outlive the request: handles are used again.
#pragma once

#include <curl/curl.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "bizcomms/base/time.hpp"
#include "bizcomms/http/client.hpp"

namespace bizcomms::http {

using Done = std::function<void(Result<ClientResponse>)>;

// A request that was handed in and has not been started.
struct CurlSubmission {
  ClientRequest request;
  Done done;
  SteadyTime submitted;
};

// "api.twilio.com:443" of "https://user@api.twilio.com:443/x?y"; empty when there is none.
[[nodiscard]] std::string_view authority_of(std::string_view url);
// Without the port, and without an IPv6 address's brackets.
[[nodiscard]] std::string_view host_of(std::string_view authority);

// Used on the engine's thread only.
class CurlTransfer {
public:
  explicit CurlTransfer(const CurlSettings& settings);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  // Takes the request over and sets the handle up for it. `invalid` when the method, a header or the URL cannot be used; the submission is
  // still ours to answer.
  [[nodiscard]] Status prepare(CurlSubmission submission);
  // What became of it, by libcurl's verdict. The transfer is then free for the next prepare().
  [[nodiscard]] Result<ClientResponse> finish(CURLcode code);
  // The error of a request that is given up now: unavailable while nothing was sent, outcome_unknown afterwards.
  [[nodiscard]] Error given_up(const std::string& message) const;

  [[nodiscard]] CURL* handle() const { return m_handle.get(); }
  [[nodiscard]] std::string_view host() const { return m_host; }
  [[nodiscard]] SteadyTime submitted() const { return m_submission.submitted; }
  [[nodiscard]] Done take_done() { return std::move(m_submission.done); }

private:
  struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  static std::size_t on_header(const char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(const char* data, std::size_t size, std::size_t count, void* self);
  static int on_prereq(void* self, char* peer_ip, char* local_ip, int peer_port, int local_port);
  void set_fixed_options(const CurlSettings& settings);
  [[nodiscard]] Status set_method();
  [[nodiscard]] Status set_headers();
  void set_access();
  [[nodiscard]] bool may_be_repeated() const;
  [[nodiscard]] Error failure(CURLcode code) const;
  [[nodiscard]] Error not_sent(CURLcode code) const;

  std::unique_ptr<CURL, FreeHandle> m_handle;
  std::unique_ptr<curl_slist, FreeList> m_headers;
  CurlSubmission m_submission;
  std::string m_host;
  ClientResponse m_response;
  std::array<char, CURL_ERROR_SIZE> m_error_text{};
  int m_tries = 0;           // how often a request was about to leave
  bool m_held_back = false;  // may_leave said no
  bool m_too_large = false;
};

}  // namespace bizcomms::http
