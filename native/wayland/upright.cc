#include "upright.h"

#include <libyuv.h>

namespace wayland {

ami::Rect uprightPart(int32_t transform, const ami::Rect& part, int width, int height) {
  // From the right and from the bottom.
  const int right = width - part.x - part.width;
  const int bottom = height - part.y - part.height;
  switch (transform) {
    case WL_OUTPUT_TRANSFORM_90: return {bottom, part.x, part.height, part.width};
    case WL_OUTPUT_TRANSFORM_180: return {right, bottom, part.width, part.height};
    case WL_OUTPUT_TRANSFORM_270: return {part.y, right, part.height, part.width};
    case WL_OUTPUT_TRANSFORM_FLIPPED: return {right, part.y, part.width, part.height};
    case WL_OUTPUT_TRANSFORM_FLIPPED_90: return {part.y, part.x, part.height, part.width};
    case WL_OUTPUT_TRANSFORM_FLIPPED_180: return {part.x, bottom, part.width, part.height};
    case WL_OUTPUT_TRANSFORM_FLIPPED_270: return {bottom, right, part.height, part.width};
    default: return part;
  }
}

void turnUpright(int32_t transform, const uint8_t* frame, int width, int height, uint8_t* upright) {
  const int stride = width * 4;
  const int uprightStride = (swapsSides(transform) ? height : width) * 4;
  const auto rotate = [&](libyuv::RotationMode mode) { libyuv::ARGBRotate(frame, stride, upright, uprightStride, width, height, mode); };
  // The rows from the bottom up.
  const auto rotateMirrored = [&](libyuv::RotationMode mode) { libyuv::ARGBRotate(frame, stride, upright, uprightStride, width, -height, mode); };
  switch (transform) {
    case WL_OUTPUT_TRANSFORM_90: rotate(libyuv::kRotate90); break;
    case WL_OUTPUT_TRANSFORM_180: rotate(libyuv::kRotate180); break;
    case WL_OUTPUT_TRANSFORM_270: rotate(libyuv::kRotate270); break;
    case WL_OUTPUT_TRANSFORM_FLIPPED: libyuv::ARGBMirror(frame, stride, upright, uprightStride, width, height); break;
    case WL_OUTPUT_TRANSFORM_FLIPPED_90: rotateMirrored(libyuv::kRotate90); break;
    case WL_OUTPUT_TRANSFORM_FLIPPED_180: libyuv::ARGBCopy(frame, stride, upright, uprightStride, width, -height); break;
    case WL_OUTPUT_TRANSFORM_FLIPPED_270: rotateMirrored(libyuv::kRotate270); break;
    default: libyuv::ARGBCopy(frame, stride, upright, uprightStride, width, height); break;
  }
}

}  // namespace wayland
