#pragma once
#include "media-store/convert-yuv.h"
#include "plane-buffer.h"
#include "scale-plane.h"

namespace ami {

/** Brings a composed picture to the size of another. */
void scalePicture(PlaneScaler& scaler, const Target& from, const Target& into);

/** Converts in place from BT.709 limited. */
void recolorPicture(const Target& picture, Matrix matrix, bool fullRange);

/** Four bytes a pixel, R G B A, for encoders of still pictures. Chroma is brought to full size linearly; `alpha` (not multiplied in) may be absent. */
void pictureToRgba(PlaneScaler& scaler, const Target& picture, PlaneView alpha, uint8_t* rgba);

}  // namespace ami
