#pragma once
#include <dxgi1_2.h>

#include <cstdint>
#include <vector>

#include "capture/rect.h"

namespace windows {

/** The pointer as desktop duplication tells it: shape and place apart from the frame. */
class Pointer {
 public:
  /** Takes shape and place from a frame where that has new ones; true where it did. */
  bool update(IDXGIOutputDuplication& duplication, const DXGI_OUTDUPL_FRAME_INFO& frame);
  /** What it covers of the display; empty while it is hidden. */
  ami::Rect area() const;
  /** Draws it into rows `first` to `end` of a BGRX frame whose corner is at `originX`, `originY` of the display. */
  void draw(uint8_t* picture, int stride, int width, int first, int end, int originX, int originY) const;

 private:
  DXGI_OUTDUPL_POINTER_SHAPE_INFO about_{};
  std::vector<uint8_t> shape_;
  POINT place_{};
  bool visible_ = false;
};

}  // namespace windows
