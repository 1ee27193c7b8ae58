#include "worker/lanes.hpp"

#include <algorithm>

namespace bizcomms::worker {

void Lanes::add(std::shared_ptr<Work> work) {
  const std::size_t lane = place_of(work->lane);
  m_waiting[lane] += work->rows_left();
  m_works[lane].push_back(std::move(work));
}

// Rows that must wait stay behind `next`; the others are swapped before it. How many were given up.
int Lanes::pick_from(const std::shared_ptr<Work>& work, std::size_t max, const Judge& judge, std::vector<Departure>& picked) {
  int given_up = 0;
  const std::size_t before = work->next;
  for (std::size_t i = work->next; i < work->rows.size() && picked.size() < max; ++i) {
    const Verdict verdict = judge(*work, work->rows[i]);
    if (verdict == Verdict::wait) { continue; }
    std::swap(work->rows[i], work->rows[work->next]);
    const Row& row = work->rows[work->next++];
    if (verdict == Verdict::go) {
      picked.push_back({work, &row});
    } else {
      ++given_up;
    }
  }
  m_waiting[place_of(work->lane)] -= work->next - before;
  return given_up;
}

void Lanes::give_up_rest(const std::shared_ptr<Work>& work, std::vector<GivenUp>& given_up) {
  const std::size_t left = work->rows_left();
  m_waiting[place_of(work->lane)] -= left;
  work->next = work->rows.size();
  if (left > 0) { given_up.push_back({work, static_cast<int>(left)}); }
}

std::vector<Lanes::GivenUp> Lanes::pick(alert::Lane lane, std::size_t max, const Judge& judge, std::vector<Departure>& picked) {
  std::vector<GivenUp> given_up;
  const std::size_t most = picked.size() + max;
  auto& works = m_works[place_of(lane)];
  for (auto at = works.begin(); at != works.end() && picked.size() < most;) {
    const std::shared_ptr<Work>& work = *at;
    if (work->is_lost()) {
      give_up_rest(work, given_up);
    } else if (const int rows = pick_from(work, most, judge, picked); rows > 0) {
      given_up.push_back({work, rows});
    }
    at = work->rows_left() == 0 ? works.erase(at) : at + 1;
  }
  return given_up;
}

std::vector<Lanes::GivenUp> Lanes::clear() {
  std::vector<GivenUp> given_up;
  for (auto& works : m_works) {
    for (const auto& work : works) { give_up_rest(work, given_up); }
    works.clear();
  }
  return given_up;
}

std::vector<Lanes::GivenUp> Lanes::clear(const Work& work) {
  std::vector<GivenUp> given_up;
  auto& works = m_works[place_of(work.lane)];
  const auto found = std::find_if(works.begin(), works.end(), [&](const auto& held) { return held.get() == &work; });
  if (found == works.end()) { return given_up; }
  give_up_rest(*found, given_up);
  works.erase(found);
  return given_up;
}

}  // namespace bizcomms::worker
