#pragma once
#include <wayland-client.h>

#include <cstdint>

#include "capture/rect.h"

namespace wayland {

/** An output whose frames are read with this transform (wl_output.transform) shows their sides the other way round. */
inline bool swapsSides(int32_t transform) { return transform % 2 != 0; }

/** The transform that undoes this one. */
inline int32_t inverse(int32_t transform) {
  if (transform == WL_OUTPUT_TRANSFORM_90) return WL_OUTPUT_TRANSFORM_270;
  return transform == WL_OUTPUT_TRANSFORM_270 ? static_cast<int32_t>(WL_OUTPUT_TRANSFORM_90) : transform;
}

/** Where a part of a frame of `width * height` pixels is when the frame is turned upright. */
ami::Rect uprightPart(int32_t transform, const ami::Rect& part, int width, int height);

/** Turns a frame of 32-bit pixels upright. Rows of both follow each other without gaps. */
void turnUpright(int32_t transform, const uint8_t* frame, int width, int height, uint8_t* upright);

}  // namespace wayland
