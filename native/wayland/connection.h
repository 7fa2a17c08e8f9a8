#pragma once
#include <poll.h>
#include <wayland-client.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace wayland {

using Clock = std::chrono::steady_clock;

/** A compositor that says nothing for longer does not answer. */
constexpr std::chrono::seconds kAnswersWithin{3};

/** A connection to a compositor, with those of its globals that capture, input and clipboard need. For one thread. */
class Connection {
 public:
  /** `socket`: its full path; empty: as WAYLAND_DISPLAY has it. Null with the reason in a word in `why`, at the latest after `kAnswersWithin`. */
  static std::unique_ptr<Connection> open(const std::string& socket, const char*& why);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  wl_display* display() const { return display_; }
  bool broken() const { return wl_display_get_error(display_) != 0; }
  /** Sends what waits, and handles what has come. Does not wait. */
  void exchange();
  /** Waits for events of the compositor, or for `wakeFd`, and handles them. `timeoutMs` -1: however long. False where the connection is lost. */
  bool wait(int wakeFd, int timeoutMs);
  /** The same, for `wakeFd` and others, each with what it is waited for. */
  bool wait(int wakeFd, const std::vector<pollfd>& others, int timeoutMs);

  /** Waits for events, and handles them. False when it is that time, or where the connection is lost. */
  bool waitUntil(Clock::time_point until);

  struct Size {
    int width = 0;
    int height = 0;
  };
  /** Of the output, pixels; 0 while it is not known. */
  Size outputSize() const { return outputSize_; }

  wl_shm* shm = nullptr;
  wl_seat* seat = nullptr;
  /** The first one. */
  wl_output* output = nullptr;
  wl_proxy* screencopy = nullptr;
  wl_proxy* keyboards = nullptr;
  wl_proxy* pointers = nullptr;
  wl_proxy* clipboards = nullptr;

 private:
  explicit Connection(wl_display* display) : display_(display) {}
  /** Everything that was asked for so far has been answered. False when it was not by then, or where the connection is lost. */
  bool answered(Clock::time_point until);
  static void found(void* data, wl_registry* registry, uint32_t name, const char* interface, uint32_t version);

  wl_display* const display_;
  wl_registry* registry_ = nullptr;
  Size outputSize_;
};

}  // namespace wayland
