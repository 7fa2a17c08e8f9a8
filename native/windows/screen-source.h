#pragma once
#include <d3d11.h>

#include <cstdint>
#include <vector>

#include "capture/changed-rows.h"
#include "capture/order.h"
#include "com.h"

namespace windows {

/** A display or window that is open to be read: by duplication, or by Windows.Graphics.Capture. */
class ScreenSource {
 public:
  virtual ~ScreenSource() = default;

  enum class Reading {
    /** As it was. */
    still,
    /** `rows` say what changed. */
    changed,
    /** A window that is minimised. */
    hidden,
    /** It must be opened again, or is gone. */
    lost,
  };
  /** Brings the frame up to date; never waits. `rows` is reset to the frame's size first. */
  virtual Reading read(ami::ChangedRows& rows, bool cursor) = 0;

  /** BGRX; good until the next reading. */
  const uint8_t* frame() const { return frame_.data(); }
  int width() const { return width_; }
  int height() const { return height_; }
  int stride() const { return width_ * 4; }

 protected:
  void resize(int width, int height) {
    width_ = width;
    height_ = height;
    frame_.assign(static_cast<size_t>(width) * 4 * static_cast<size_t>(height), 0);
  }

  std::vector<uint8_t> frame_;
  int width_ = 0;
  int height_ = 0;
};

/** A texture that the CPU can read, of that size. Empty if the graphics card denies it. */
Com<ID3D11Texture2D> readableTexture(ID3D11Device* device, int width, int height);

}  // namespace windows
