#pragma once
#include <poll.h>
#include <wayland-client.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "upright.h"

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
  /** Of the output as it is shown, pixels; 0 while it is not known. */
  Size outputSize() const { return swapsSides(transform_) ? Size{mode_.height, mode_.width} : mode_; }
  /** How the output shows its frames (wl_output.transform). */
  int32_t outputTransform() const { return transform_; }
  /** The compositor took the output away. */
  bool outputGone() const { return outputGone_; }
  /** How many pixels of the output what is one to programs has. */
  double outputScale() const;

  wl_shm* shm = nullptr;
  wl_seat* seat = nullptr;
  /** The first one. */
  wl_output* output = nullptr;
  wl_proxy* screencopy = nullptr;
  wl_proxy* keyboards = nullptr;
  wl_proxy* pointers = nullptr;
  wl_proxy* clipboards = nullptr;
  wl_proxy* logicalOutputs = nullptr;

 private:
  explicit Connection(wl_display* display) : display_(display) {}
  /** Everything that was asked for so far has been answered. False when it was not by then, or where the connection is lost. */
  bool answered(Clock::time_point until);
  static void found(void* data, wl_registry* registry, uint32_t name, const char* interface, uint32_t version);

  wl_display* const display_;
  /** Waits until what describes the output has come. */
  bool readOutput(Clock::time_point until);

  wl_registry* registry_ = nullptr;
  wl_proxy* logicalOutput_ = nullptr;
  Size mode_;
  int32_t transform_ = WL_OUTPUT_TRANSFORM_NORMAL;
  uint32_t outputName_ = 0;
  bool outputGone_ = false;
  /** As programs see it: divided by its scale. */
  Size logicalSize_;
};

}  // namespace wayland
