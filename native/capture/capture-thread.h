#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <thread>

#include "media-store/frame-store.h"
#include "media-store/monotonic.h"
#include "order.h"

namespace ami {

/**
 * One capture with a thread of its own, on any system. The thread keeps the capture alive: a system that hangs delays only it, and `stop`
 * waits for nothing.
 */
class CaptureThread : public std::enable_shared_from_this<CaptureThread> {
 public:
  /** Called from the thread when the report changed, and when it ends; must not wait. */
  using OnChange = std::function<void(bool ended)>;
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  virtual ~CaptureThread() = default;
  CaptureThread(const CaptureThread&) = delete;
  CaptureThread& operator=(const CaptureThread&) = delete;

  void begin() {
    std::thread([capture = shared_from_this()] {
      capture->run();
      capture->ended_.store(true);
      capture->onChange_(true);
    }).detach();
  }

  void update(const CaptureOrder& order) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      order_ = order;
      orderNumber_++;
    }
    wake();
  }

  void stop() {
    stopping_.store(true);
    interrupt();
    wake();
  }

  bool ended() const { return ended_.load(); }

  CaptureReport report() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return report_;
  }

  CaptureStatistics statistics() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    CaptureStatistics now = statistics_;
    const int64_t asked = askedUs_.load();
    now.awaitingUs = asked == 0 ? 0 : nowUs() - asked;
    return now;
  }

  // For the thread itself:

  bool stopping() const { return stopping_.load(); }
  FrameStore& store() { return *store_; }

  /** The order, if it is another than number `known`, which becomes its number. Start with 0. */
  bool takeOrder(CaptureOrder& order, uint64_t& known) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (known == orderNumber_) return false;
    known = orderNumber_;
    order = order_;
    return true;
  }

  void tell(const CaptureReport& report) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (report == report_) return;
      report_ = report;
    }
    onChange_(false);
  }

  void count(uint64_t rows, int64_t tookUs, int64_t cpuUs) {
    const std::lock_guard<std::mutex> lock(mutex_);
    statistics_.frames++;
    statistics_.rows += rows;
    statistics_.tookUs = tookUs;
    statistics_.longestUs = std::max(statistics_.longestUs, tookUs);
    statistics_.cpuUs = cpuUs;
  }

 protected:
  CaptureThread(const CaptureOrder& order, std::unique_ptr<FrameStore> store, OnChange onChange)
      : order_(order), onChange_(std::move(onChange)), store_(std::move(store)) {}

  virtual void run() = 0;
  /** Ends a sleep of the thread. */
  virtual void wake() = 0;
  /** Ends whatever else the thread waits for, where that can be done. */
  virtual void interrupt() {}
  /** From now on the system owes an answer, or owes none. */
  void awaits(bool answer) { askedUs_.store(answer ? nowUs() : 0); }

 private:
  mutable std::mutex mutex_;
  CaptureOrder order_;
  uint64_t orderNumber_ = 1;
  CaptureReport report_;
  CaptureStatistics statistics_;
  const OnChange onChange_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ended_{false};
  /** Since when the system owes an answer. */
  std::atomic<int64_t> askedUs_{0};
  const std::unique_ptr<FrameStore> store_;
};

}  // namespace ami
