#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include "media-store/frame-store.h"
#include "order.h"

namespace x11 {

struct Statistics {
  uint64_t pictures = 0;
  /** Rows that were read, of all pictures. */
  uint64_t rows = 0;
  /** Reading, converting and writing of the last picture, and of the longest so far. */
  int64_t tookUs = 0;
  int64_t longestUs = 0;
  /** Processor time of the capture's thread. */
  int64_t cpuUs = 0;
  /** For how long the server has been owing an answer; 0 while it owes none. */
  int64_t awaitingUs = 0;
};

/**
 * One capture with a thread and a connection of its own. The thread holds the capture alive: a server that hangs delays nobody but
 * it, and `stop` waits for nothing.
 */
class Capture : public std::enable_shared_from_this<Capture> {
 public:
  /** `onChange` is called from the thread when the report changed, and when it ends; it must not wait. */
  static std::shared_ptr<Capture> start(const Order& order, std::unique_ptr<ami::FrameStore> store, std::function<void(bool ended)> onChange);
  ~Capture();

  void update(const Order& order);
  void stop();
  bool ended() const { return ended_.load(); }
  Report report() const;
  Statistics statistics() const;

 private:
  friend class CaptureSession;
  Capture(const Order& order, std::unique_ptr<ami::FrameStore> store, std::function<void(bool ended)> onChange);
  void run();
  void tell(const Report& report);
  void wake();
  /** Until then, until woken, or until the socket has something to read (-1: no socket). */
  void sleepUntil(int64_t timeUs, int socket);

  mutable std::mutex mutex_;
  Order order_;
  uint64_t orderNumber_ = 0;
  Report report_;
  Statistics statistics_;
  std::function<void(bool ended)> onChange_;
  /** Of the connection's socket while there is one. */
  int socket_ = -1;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ended_{false};
  /** Since when the server owes an answer. */
  std::atomic<int64_t> askedUs_{0};
  int wakeFd_ = -1;
  const std::unique_ptr<ami::FrameStore> store_;
};

}  // namespace x11
