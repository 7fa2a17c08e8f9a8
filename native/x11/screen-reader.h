#pragma once
#include <cstdint>
#include <vector>

#include "capture/rect.h"
#include "media-store/frame.h"
#include "x-connection.h"

namespace x11 {

using ami::Rect;

/**
 * Reads parts of a drawable into one frame of BGRX. With MIT-SHM the server writes straight into it; where that is missing, or the
 * server runs on another machine, the pixels come over the connection.
 */
class ScreenReader {
 public:
  explicit ScreenReader(const XConnection& connection) : connection_(connection) {}
  ~ScreenReader();
  ScreenReader(const ScreenReader&) = delete;
  ScreenReader& operator=(const ScreenReader&) = delete;

  /** Memory for frames of that size. False where the system gives no more. */
  bool resize(int width, int height, PixelFormat format);
  /** Reads rows of `area` of the drawable. False where the drawable is not (or no longer) what was thought. */
  bool read(xcb_drawable_t drawable, const Rect& area, const std::vector<ami::RowSpan>& spans);

  /** Valid until the next `resize`. */
  uint8_t* frame() { return format_ == PixelFormat::bgrx32 ? raw_ : converted_.data(); }
  int stride() const { return width_ * 4; }

 private:
  void release();
  bool share(size_t size);
  bool readShared(xcb_drawable_t drawable, const Rect& area, const std::vector<ami::RowSpan>& spans);
  bool readOver(xcb_drawable_t drawable, const Rect& area, const std::vector<ami::RowSpan>& spans);
  void convert(const ami::RowSpan& span);

  const XConnection& connection_;
  int width_ = 0;
  int height_ = 0;
  PixelFormat format_ = PixelFormat::unsupported;
  /** Bytes of a row as the server writes it. */
  size_t rawStride_ = 0;
  size_t rawSize_ = 0;
  uint8_t* raw_ = nullptr;
  uint32_t segment_ = XCB_NONE;
  /** Contains `raw_` if no memory is shared. */
  std::vector<uint8_t> own_;
  /** The frame where the server's pixels are not BGRX. */
  std::vector<uint8_t> converted_;
  std::vector<uint32_t> asked_;
};

}  // namespace x11
