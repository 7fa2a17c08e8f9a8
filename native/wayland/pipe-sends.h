#pragma once
#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace wayland {

/**
 * Writes what we copied into the pipes of programs that paste it: those that ask before the bytes are there wait for them. Takes the pipes
 * over. For one thread.
 */
class PipeSends {
 public:
  using Data = std::shared_ptr<const std::string>;

  PipeSends() = default;
  ~PipeSends();
  PipeSends(const PipeSends&) = delete;
  PipeSends& operator=(const PipeSends&) = delete;

  void send(int fd, Data data);
  /** Until that format of that source, which is only compared, is there. */
  void sendLater(int fd, const void* source, std::string format);
  /** It is there. */
  void provide(const void* source, const std::string& format, const Data& data);
  /** What that source has not got will not come. */
  void reject(const void* source);
  /** Writes what can be written, and gives up programs that do not go on. */
  void work();
  /** Appends what is to be waited for. ms until one may be late; -1 without one. */
  int waitsFor(std::vector<pollfd>& waits) const;

 private:
  struct Sending {
    int fd;
    Data data;
    size_t at;
    /** µs of the monotonic clock. */
    int64_t sinceUs;
  };
  struct Waiting {
    int fd;
    const void* source;
    std::string format;
    int64_t sinceUs;
  };

  /** False where there is nothing more to write, or nobody who reads it. */
  static bool write(Sending& sending, int64_t nowUs);
  bool full() const;

  std::list<Sending> sending_;
  std::list<Waiting> waiting_;
};

}  // namespace wayland
