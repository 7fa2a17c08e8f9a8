/** How viewers do. */
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <string>
#include <unordered_map>

namespace ami::bench {

/** Later than the first viewer by this much: a piece counts as late, ms. */
inline constexpr double kLateMs = 500;
/** What a player has in hand when it starts, ms. */
inline constexpr double kStartMs = 900;

/** Delays in 8 steps for each doubling, from 0 to 16 s. */
class Delays {
 public:
  void add(double ms) {
    const auto step = static_cast<size_t>(8 * std::log2(1 + std::max(0.0, ms)));
    counts_[std::min(step, counts_.size() - 1)]++;
  }
  const auto& counts() const { return counts_; }

 private:
  std::array<unsigned long, 113> counts_{};
};

/** How late each viewer has something after the first one. */
class Firsts {
 public:
  double lateness(const std::string& name, double now) {
    const auto [found, isFirst] = at_.try_emplace(name, now);
    if (!isFirst) return now - found->second;
    order_.push_back(name);
    if (order_.size() > kKept) {
      at_.erase(order_.front());
      order_.pop_front();
    }
    return 0;
  }

 private:
  static constexpr size_t kKept = 400;
  std::unordered_map<std::string, double> at_;
  std::deque<std::string> order_;
};

struct Totals {
  unsigned long answers = 0, bytes = 0, refused = 0, broken = 0, stalls = 0, late = 0, media = 0;
  Firsts parts, reloads;
  /** Of parts, and of answers to blocking reloads. */
  Delays partDelays, reloadDelays;
};

/** What a player has in hand: starts with `kStartMs`, runs dry where media come too slowly. */
class PlayBuffer {
 public:
  bool isDry(double now) const { return now > untilMs_; }
  void add(double durationMs, double now, Totals& totals) {
    if (now > untilMs_) {
      if (untilMs_ > 0) totals.stalls++;
      untilMs_ = now + kStartMs;
    }
    untilMs_ += durationMs;
  }

 private:
  double untilMs_ = 0;
};

}  // namespace ami::bench
