#pragma once
#include "blend-modes.h"
#include "placed-planes.h"

namespace ami {

/** How a layer is laid over what is there. */
struct Laying {
  double opacity = 1;
  BlendMode blend = BlendMode::normal;
};

void drawPlaced(const PlacedPlanes& p, const Target& target, const Laying& laying);

}  // namespace ami
