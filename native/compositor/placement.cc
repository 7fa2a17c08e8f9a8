#include "placement.h"

namespace ami {

bool Placement::place(const Content& content, const Geometry& geometry, int targetWidth, int targetHeight) {
  const bool same = made_ && version_ == content.version && geometry_ == geometry && targetWidth_ == targetWidth && targetHeight_ == targetHeight;
  // What was borrowed may be elsewhere by now, even where nothing changed.
  if (same && !(seen_ && borrowed_)) return seen_;
  made_ = true;
  version_ = content.version;
  geometry_ = geometry;
  targetWidth_ = targetWidth;
  targetHeight_ = targetHeight;
  borrowed_ = false;
  placed_.spans.clear();
  const int width = content.planes.width - geometry.crop.left - geometry.crop.right;
  const int height = content.planes.height - geometry.crop.top - geometry.crop.bottom;
  seen_ = width > 0 && height > 0;
  if (!seen_) return false;
  if (geometry.transform.isUpright(width, height)) {
    seen_ = upright_.place(content, geometry, targetWidth, targetHeight, sources_, placed_);
    borrowed_ = upright_.borrowed();
  } else {
    seen_ = slanted_.place(content, geometry, targetWidth, targetHeight, sources_, placed_);
  }
  return seen_;
}

bool Placement::hides(const Laying& laying, int targetWidth, int targetHeight) const {
  const PlacedPlanes& p = placed_;
  return !p.alpha && laying.blend == BlendMode::normal && laying.opacity >= 0.999 && p.x0 == 0 && p.y0 == 0 && p.x1 == targetWidth &&
         p.y1 == targetHeight && p.lumaX.whole() && p.lumaY.whole();
}

}  // namespace ami
