#pragma once
#include "blend-modes.h"
#include "placed-planes.h"

namespace ami {

/** How a layer is blended over what is there. */
struct Laying {
  double opacity = 1;
  BlendMode blend = BlendMode::normal;
  /** Colours are mixed as light, not as values of video. */
  bool linear = false;

  /** Whether pixels of the layer and of the background are mixed one by one. `alpha`: of the layer. */
  bool mixes(bool alpha) const { return blend != BlendMode::normal || (linear && (alpha || opacity < 0.999)); }
};

void drawPlaced(const PlacedPlanes& p, const Target& target, const Laying& laying);

}  // namespace ami
