#pragma once
#include "media-store/convert-yuv.h"
#include "plane-buffer.h"
#include "scale-plane.h"

namespace ami {

/** Brings a composed frame to the size of another. */
void scaleFrame(PlaneScaler& scaler, const Target& from, const Target& into);

/** Converts in place from BT.709 limited. */
void recolorFrame(const Target& frame, Matrix matrix, bool fullRange);

/** Four bytes a pixel, R G B A, for encoders of still frames. Chroma is brought to full size linearly; `alpha` (not multiplied in) may be absent. */
void frameToRgba(PlaneScaler& scaler, const Target& frame, PlaneView alpha, uint8_t* rgba);

}  // namespace ami
