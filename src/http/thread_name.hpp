// What ps and a debugger show.
#pragma once

#include <pthread.h>

#include <string>
#include <thread>

namespace bizcomms::http {

inline void name_thread(std::jthread& thread, const std::string& name) {
  constexpr std::size_t k_name_max = 15;  // Linux cuts nothing, it refuses
  pthread_setname_np(thread.native_handle(), name.substr(0, k_name_max).c_str());
}

}  // namespace bizcomms::http
