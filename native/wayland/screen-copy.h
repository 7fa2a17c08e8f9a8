#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "capture/rect.h"
#include "connection.h"
#include "shared-pixels.h"

namespace wayland {

/** One copy of what the compositor shows, without its pointer. For the connection's thread. */
class ScreenCopy {
 public:
  enum class State { waiting, ready, failed };

  /** `whenChanged`: the compositor answers when something was drawn since the copy before. `reused` may be empty. */
  ScreenCopy(Connection& connection, bool whenChanged, std::unique_ptr<SharedPixels> reused);
  ~ScreenCopy();
  ScreenCopy(const ScreenCopy&) = delete;
  ScreenCopy& operator=(const ScreenCopy&) = delete;

  State state() const { return state_; }
  /** Why it failed for good, in a word; empty: the next try may succeed. */
  const char* why() const { return why_; }
  /** What was drawn on, few, as it is shown; of a copy that is ready. */
  std::vector<ami::Rect> takeParts() { return std::move(parts_); }
  std::unique_ptr<SharedPixels> takePixels() { return std::move(pixels_); }

 private:
  void offered(uint32_t format, uint32_t width, uint32_t height, uint32_t stride);
  void start();
  void finish();

  Connection& connection_;
  const bool whenChanged_;
  std::unique_ptr<SharedPixels> pixels_;
  wl_proxy* frame_ = nullptr;
  State state_ = State::waiting;
  const char* why_ = "";
  bool offered_ = false;
  bool started_ = false;
  bool upsideDown_ = false;
  /** Of the frame as the compositor writes it, pixels. */
  int width_ = 0;
  int height_ = 0;
  std::vector<ami::Rect> parts_;
};

}  // namespace wayland
