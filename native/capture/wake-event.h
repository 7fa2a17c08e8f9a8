#pragma once
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace ami {

/** Wakes a thread that waits in `poll` for this and for its sockets; any thread may do it. Linux. */
class WakeEvent {
 public:
  WakeEvent() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~WakeEvent() {
    if (fd_ >= 0) close(fd_);
  }
  WakeEvent(const WakeEvent&) = delete;
  WakeEvent& operator=(const WakeEvent&) = delete;

  /** Can be read (`POLLIN`) from `wake` to `clear`; negative where the process has no file descriptor left. */
  int fd() const { return fd_; }

  void wake() const {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
  }

  /** After a wait: the next one is for what comes from now on. */
  void clear() const {
    uint64_t count;
    [[maybe_unused]] const ssize_t drained = read(fd_, &count, sizeof count);
  }

 private:
  const int fd_;
};

}  // namespace ami
