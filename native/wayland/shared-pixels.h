#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "capture/rect.h"
#include "connection.h"
#include "upright.h"

namespace wayland {

/** Memory for a frame that the compositor writes into, and the frame as it is shown: BGRX, `width * 4` bytes a row. */
class SharedPixels {
 public:
  /** Null where there is no memory. `format` as wl_shm names it. */
  static std::unique_ptr<SharedPixels> make(const Connection& connection, int width, int height, uint32_t format);
  ~SharedPixels();
  SharedPixels(const SharedPixels&) = delete;
  SharedPixels& operator=(const SharedPixels&) = delete;

  wl_buffer* buffer() const { return buffer_; }
  bool fits(int width, int height, uint32_t format) const { return width == width_ && height == height_ && format == format_; }
  /** The compositor has written a frame: from the bottom up, for an output with that transform (wl_output.transform). */
  void written(bool upsideDown, int32_t transform);
  /** Where a part of what was written is in the frame that is shown. */
  ami::Rect shownPart(const ami::Rect& part) const;

  /** The frame as it is shown, upright. */
  const uint8_t* data() const { return transform_ == WL_OUTPUT_TRANSFORM_NORMAL ? data_ : upright_.data(); }
  int width() const { return swapsSides(transform_) ? height_ : width_; }
  int height() const { return swapsSides(transform_) ? width_ : height_; }
  /** How it was turned for that (wl_output.transform). */
  int32_t transform() const { return transform_; }

 private:
  SharedPixels(int width, int height, uint32_t format) : width_(width), height_(height), format_(format) {}

  const int width_;
  const int height_;
  const uint32_t format_;
  size_t bytes_ = 0;
  uint8_t* data_ = nullptr;
  wl_buffer* buffer_ = nullptr;
  bool upsideDown_ = false;
  int32_t transform_ = WL_OUTPUT_TRANSFORM_NORMAL;
  std::vector<uint8_t> upright_;
};

}  // namespace wayland
