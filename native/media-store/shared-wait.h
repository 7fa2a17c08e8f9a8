#pragma once
// Waiting in one process for a change that another makes in memory that both share.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <ctime>
#endif

namespace ami {

/** Part of a store's header. A process that died while it waited costs the writer one system call a change. */
struct SharedWait {
  std::atomic<uint32_t> changes;
  std::atomic<uint32_t> waiting;

  /** The writer's: called behind each change. */
  void notify() {
    changes.fetch_add(1);
    if (waiting.load() == 0) return;
#if defined(__linux__)
    syscall(SYS_futex, &changes, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
#endif
  }

  /** Waits until `changed` is true, `timeoutUs` at most; it may also return before, without a change. */
  template <class Changed>
  void wait(int64_t timeoutUs, Changed&& changed) {
    waiting.fetch_add(1);
    const uint32_t before = changes.load();
    if (!changed()) {
#if defined(__linux__)
      const timespec timeout{static_cast<time_t>(timeoutUs / 1'000'000), static_cast<long>(timeoutUs % 1'000'000 * 1000)};
      syscall(SYS_futex, &changes, FUTEX_WAIT, before, &timeout, nullptr, 0);
#else
      // Systems whose waiting does not cross processes look often.
      constexpr int64_t kLookUs = 2000;
      for (int64_t waited = 0; waited < timeoutUs && changes.load() == before; waited += kLookUs)
        std::this_thread::sleep_for(std::chrono::microseconds(kLookUs));
#endif
    }
    waiting.fetch_sub(1);
  }
};

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t));

}  // namespace ami
