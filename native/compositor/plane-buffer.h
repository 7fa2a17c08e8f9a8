#pragma once
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "media-store/frame.h"

namespace ami {

/**
 * Memory of one plane, kept while it fits: compositing allocates nothing after the first frame. 64 bytes of padding follow the last row.
 */
class PlaneBuffer {
 public:
  PlaneBuffer() = default;
  PlaneBuffer(PlaneBuffer&& other) noexcept { *this = std::move(other); }
  PlaneBuffer& operator=(PlaneBuffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(held_, other.held_);
    std::swap(stride_, other.stride_);
    return *this;
  }
  ~PlaneBuffer() { free(data_); }

  /** Contents are lost where it grows. Much too large memory is given back. */
  void resize(int width, int height) {
    stride_ = (width + 63) / 64 * 64;
    const size_t needed = static_cast<size_t>(stride_) * static_cast<size_t>(height) + 64;
    if (needed <= held_ && held_ <= needed * 4 + 4096) return;
    free(data_);
    held_ = (needed + 63) / 64 * 64;
    data_ = static_cast<uint8_t*>(aligned_alloc(64, held_));
    if (data_ == nullptr) abort();
  }
  void release() {
    free(data_);
    data_ = nullptr;
    held_ = 0;
    stride_ = 0;
  }

  uint8_t* data() const { return data_; }
  ptrdiff_t stride() const { return stride_; }
  uint8_t* row(int y) const { return data_ + y * stride_; }
  explicit operator bool() const { return data_ != nullptr; }

 private:
  uint8_t* data_ = nullptr;
  size_t held_ = 0;
  ptrdiff_t stride_ = 0;
};

inline void fillPlane(uint8_t* to, ptrdiff_t stride, int width, int height, uint8_t value) {
  for (int y = 0; y < height; y++) memset(to + y * stride, value, static_cast<size_t>(width));
}

/** A plane to be read, anywhere in memory. */
struct PlaneView {
  const uint8_t* data = nullptr;
  ptrdiff_t stride = 0;
  const uint8_t* row(int y) const { return data + y * stride; }
};

/** What a layer shows, before it is placed. */
struct Content {
  Planes planes;
  /** Mean alpha under each chroma sample; only of multiplied content. */
  PlaneView chromaAlpha;
  /** Whether luma is multiplied with alpha and chroma with `chromaAlpha` (surfaces), or neither (stores). */
  bool multiplied = false;
  /** All of one colour, in the first row of each plane, which is as wide as any target; it stays where it is. */
  bool flat = false;
  /** Changes whenever the pixels may have changed. */
  uint64_t version = 0;
  /** Where anything is drawn at all; usually the whole frame. */
  int left = 0, top = 0, right = 0, bottom = 0;

  bool hasAlpha() const { return planes.a != nullptr; }
};

/** Memory that is composited into. Surfaces that start transparent have all five planes, premultiplied; opaque ones have no `a`. */
struct Target {
  uint8_t* y = nullptr;
  uint8_t* u = nullptr;
  uint8_t* v = nullptr;
  uint8_t* a = nullptr;
  uint8_t* chromaAlpha = nullptr;
  ptrdiff_t strideY = 0, strideU = 0, strideV = 0, strideA = 0, strideC = 0;
  int width = 0;
  int height = 0;
};

/** A colour in BT.709 limited. */
struct YuvColor {
  uint8_t y = 16, u = 128, v = 128, a = 255;
};

}  // namespace ami
