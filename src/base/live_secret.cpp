#include "bizcomms/base/live_secret.hpp"

#include <mutex>
#include <utility>

namespace bizcomms {

struct LiveSecret::Hidden {
  Hidden(Secret first, std::string where) : source(std::move(where)), current(std::make_shared<const Secret>(std::move(first))) {}

  const std::string source;
  std::mutex mutex;  // guards all below
  Held current;
  Held former;  // may be null
  std::function<void()> told;
};

LiveSecret::LiveSecret(Secret first, std::string source) : m_hidden(std::make_shared<Hidden>(std::move(first), std::move(source))) {}

const std::string& LiveSecret::source() const { return m_hidden->source; }

LiveSecret::Held LiveSecret::current() const {
  const std::lock_guard lock(m_hidden->mutex);
  return m_hidden->current;
}

std::vector<LiveSecret::Held> LiveSecret::accepted() const {
  const std::lock_guard lock(m_hidden->mutex);
  std::vector<Held> all{m_hidden->current};
  if (m_hidden->former) { all.push_back(m_hidden->former); }
  return all;
}

void LiveSecret::refuse(const Held& used) const {
  std::function<void()> told;
  {
    const std::lock_guard lock(m_hidden->mutex);
    if (used == m_hidden->current) { told = m_hidden->told; }
  }
  if (told) { told(); }
}

void LiveSecret::on_refusal(std::function<void()> told) const {
  const std::lock_guard lock(m_hidden->mutex);
  m_hidden->told = std::move(told);
}

void LiveSecret::replace(Secret next) const {
  const std::lock_guard lock(m_hidden->mutex);
  m_hidden->former = std::exchange(m_hidden->current, std::make_shared<const Secret>(std::move(next)));
}

void LiveSecret::drop_former() const {
  const std::lock_guard lock(m_hidden->mutex);
  m_hidden->former.reset();
}

}  // namespace bizcomms
