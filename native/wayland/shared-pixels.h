#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

#include "connection.h"

namespace wayland {

/** Memory for a frame that the compositor writes into: BGRX, `width * 4` bytes a row. */
class SharedPixels {
 public:
  /** Null where there is no memory. `format` as wl_shm names it. */
  static std::unique_ptr<SharedPixels> make(const Connection& connection, int width, int height, uint32_t format);
  ~SharedPixels();
  SharedPixels(const SharedPixels&) = delete;
  SharedPixels& operator=(const SharedPixels&) = delete;

  uint8_t* data() const { return data_; }
  wl_buffer* buffer() const { return buffer_; }
  bool fits(int width, int height, uint32_t format) const { return width == width_ && height == height_ && format == format_; }
  int width() const { return width_; }
  int height() const { return height_; }

 private:
  SharedPixels(int width, int height, uint32_t format) : width_(width), height_(height), format_(format) {}

  const int width_;
  const int height_;
  const uint32_t format_;
  size_t bytes_ = 0;
  uint8_t* data_ = nullptr;
  wl_buffer* buffer_ = nullptr;
};

}  // namespace wayland
