#pragma once
#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <vector>

#include "connection.h"
#include "desktop/clipboard-types.h"

namespace wayland {

/** Reads what other programs copied: each is given one end of a pipe, and writes into it. For one thread. */
class PipeReads {
 public:
  /** The bytes, or why they could not be read. */
  using Done = std::function<void(ami::ReadFault fault, std::string data)>;

  PipeReads() = default;
  ~PipeReads();
  PipeReads(const PipeReads&) = delete;
  PipeReads& operator=(const PipeReads&) = delete;

  /** `maxBytes`: what is larger is given up at once. */
  void start(wl_proxy* offer, const std::string& format, size_t maxBytes, Done done);
  /** Reads what has come, and gives up those that do not go on. */
  void work();
  /** Appends what is to be waited for. ms until one may be late; -1 without one. */
  int waitsFor(std::vector<pollfd>& waits) const;

 private:
  struct Reading {
    int fd = -1;
    size_t maxBytes = 0;
    Done done;
    std::string data;
    /** When something came last, and when it was asked for; µs of the monotonic clock. */
    int64_t heardUs = 0;
    int64_t startedUs = 0;
  };

  std::list<Reading> readings_;
};

}  // namespace wayland
