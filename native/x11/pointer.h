#pragma once
#include <cstdint>
#include <vector>

#include "capture/rect.h"
#include "x-connection.h"

namespace x11 {

using ami::Rect;

/** Where the pointer is and how it looks, for one frame that it is drawn into. */
class Pointer {
 public:
  explicit Pointer(const XConnection& connection) : connection_(connection) {}

  /**
   * Whether events tell when its shape changes and, where the server has XInput 2, when it moves. Without them nothing wakes us for
   * a pointer that nobody wants to see.
   */
  void watch(bool wanted);

  /** Takes note of an event; true where it was the pointer's. */
  bool handle(const xcb_generic_event_t& event);
  /** Something else moved: its position is queried again. */
  void doubt() { moved_ = true; }
  bool doubted() const { return moved_ || reshaped_; }
  /** Programs can put it elsewhere without an event of XInput: it is asked for now and then, at least this often. */
  static constexpr int64_t kAskEveryUs = 200'000;

  /** Asks where it is in `window`, and for its shape where that changed. False where the window is gone. */
  bool refresh(xcb_window_t window);
  /** Hides it from the frame: nothing is drawn until the next `refresh`. */
  void hide() { area_ = {}; }
  /** What it covers, in pixels of the window that it was asked for. Empty while it is hidden or elsewhere. */
  const Rect& area() const { return area_; }
  /** Grows when it looks different. */
  uint32_t shape() const { return shape_; }
  /** Blends it into rows `first` to `end` of a BGRX frame. `originX`, `originY`: where the frame's corner is in the window. */
  void draw(uint8_t* frame, int stride, int width, int first, int end, int originX, int originY) const;

 private:
  void fetchShape();

  const XConnection& connection_;
  bool moved_ = true;
  bool reshaped_ = true;
  Rect area_;
  uint32_t shape_ = 0;
  int hotX_ = 0;
  int hotY_ = 0;
  int width_ = 0;
  int height_ = 0;
  /** Premultiplied ARGB words. */
  std::vector<uint32_t> pixels_;
};

}  // namespace x11
