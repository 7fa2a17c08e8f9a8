#include "pointer.h"

namespace windows {

bool Pointer::update(IDXGIOutputDuplication& duplication, const DXGI_OUTDUPL_FRAME_INFO& frame) {
  bool changed = false;
  if (frame.LastMouseUpdateTime.QuadPart != 0) {
    place_ = frame.PointerPosition.Position;
    visible_ = frame.PointerPosition.Visible != 0;
    changed = true;
  }
  if (frame.PointerShapeBufferSize > 0) {
    shape_.resize(frame.PointerShapeBufferSize);
    UINT size = 0;
    if (FAILED(duplication.GetFramePointerShape(frame.PointerShapeBufferSize, shape_.data(), &size, &about_))) {
      shape_.clear();
      about_ = {};
    }
    changed = true;
  }
  return changed;
}

ami::Rect Pointer::area() const {
  if (!visible_ || shape_.empty()) return {};
  // A monochrome shape contains two masks, one above the other.
  const bool masks = about_.Type == DXGI_OUTDUPL_POINTER_SHAPE_TYPE_MONOCHROME;
  return {static_cast<int>(place_.x), static_cast<int>(place_.y), static_cast<int>(about_.Width), static_cast<int>(masks ? about_.Height / 2 : about_.Height)};
}

void Pointer::draw(uint8_t* picture, int stride, int width, int first, int end, int originX, int originY) const {
  ami::Rect place = area();
  place.x -= originX;
  place.y -= originY;
  const ami::Rect part = place.intersected({0, first, width, end - first});
  if (part.empty()) return;
  for (int y = part.y; y < part.y + part.height; y++) {
    const size_t row = static_cast<size_t>(y - place.y);
    for (int x = part.x; x < part.x + part.width; x++) {
      const size_t column = static_cast<size_t>(x - place.x);
      uint8_t* to = picture + static_cast<ptrdiff_t>(y) * stride + x * 4;
      if (about_.Type == DXGI_OUTDUPL_POINTER_SHAPE_TYPE_MONOCHROME) {
        const uint8_t bit = static_cast<uint8_t>(0x80 >> (column & 7));
        const size_t at = row * about_.Pitch + column / 8;
        const size_t below = at + static_cast<size_t>(place.height) * about_.Pitch;
        if (below >= shape_.size()) return;
        const uint8_t keep = shape_[at] & bit ? 0xff : 0;
        const uint8_t flip = shape_[below] & bit ? 0xff : 0;
        for (int channel = 0; channel < 3; channel++) to[channel] = static_cast<uint8_t>((to[channel] & keep) ^ flip);
        continue;
      }
      const size_t at = row * about_.Pitch + column * 4;
      if (at + 4 > shape_.size()) return;
      const uint8_t* from = shape_.data() + at;
      if (about_.Type == DXGI_OUTDUPL_POINTER_SHAPE_TYPE_MASKED_COLOR) {
        // Its alpha says whether the colour replaces what is below or flips it.
        for (int channel = 0; channel < 3; channel++) to[channel] = from[3] ? static_cast<uint8_t>(to[channel] ^ from[channel]) : from[channel];
        continue;
      }
      for (int channel = 0; channel < 3; channel++) {
        to[channel] = static_cast<uint8_t>((from[channel] * from[3] + to[channel] * (255 - from[3]) + 127) / 255);
      }
    }
  }
}

}  // namespace windows
