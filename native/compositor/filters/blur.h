#pragma once
#include <cstdint>
#include <vector>

#include "../scale-plane.h"
#include "media-store/frame.h"

namespace ami {

/** Memory that blurring works in; kept by its filter. */
struct BlurRoom {
  std::vector<uint8_t> small, line;
  std::vector<uint32_t> sums;
  PlaneScaler scaler;
};

/** Blurs all planes in place, three boxes for a bell curve of about that radius, pixels. Transparent pixels lend no colour. */
void blur(Planes& frame, float radius, BlurRoom& room);

/** Sharpens luma in place by its difference from its neighbours; `amount` 0 to 1. */
void sharpen(Planes& frame, float amount, BlurRoom& room);

}  // namespace ami
