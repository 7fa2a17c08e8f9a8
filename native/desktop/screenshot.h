#pragma once
// One look at a whole display, whichever system draws it.
#include <libyuv.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ami {

struct Screenshot {
  /** Why the display could not be read; empty where it was. */
  const char* rejection = "";
  int width = 0;
  int height = 0;
  /** `width * height * 4` bytes. */
  std::vector<uint8_t> rgba;
};

/** Of a frame in BGRX, `stride` bytes a row: scaled down to fit into that size. */
inline Screenshot screenshotOf(const uint8_t* frame, int stride, int width, int height, int maxWidth, int maxHeight) {
  Screenshot shot;
  const double scale = std::min({1.0, static_cast<double>(maxWidth) / width, static_cast<double>(maxHeight) / height});
  shot.width = std::max(1, static_cast<int>(width * scale));
  shot.height = std::max(1, static_cast<int>(height * scale));
  const int scaledStride = shot.width * 4;
  std::vector<uint8_t> scaled(static_cast<size_t>(scaledStride) * static_cast<size_t>(shot.height));
  libyuv::ARGBScale(frame, stride, width, height, scaled.data(), scaledStride, shot.width, shot.height, libyuv::kFilterBox);
  shot.rgba.resize(scaled.size());
  libyuv::ARGBToABGR(scaled.data(), scaledStride, shot.rgba.data(), scaledStride, shot.width, shot.height);
  // The fourth byte of BGRX has no meaning; in RGBA it is opaque.
  for (size_t at = 3; at < shot.rgba.size(); at += 4) shot.rgba[at] = 255;
  return shot;
}

}  // namespace ami
