#include "shared-halves.h"

#include <cmath>

#include "scale-plane.h"

namespace ami {

int SharedHalves::times(const Planes& from, const Geometry& geometry) {
  const Crop& crop = geometry.crop;
  const Affine& t = geometry.transform;
  const int width = from.width - crop.left - crop.right, height = from.height - crop.top - crop.bottom;
  if (from.a != nullptr || geometry.nearest || !t.isUpright(width, height)) return 0;
  // A small part of a frame is halved by itself.
  if (2.0 * width * height < static_cast<double>(from.width) * from.height) return 0;
  for (int times = 2; times > 0; times--) {
    // Chroma is halved, too: blocks of luma that no edge cuts are twice as large.
    const int mask = (2 << times) - 1, edges = from.width | from.height | crop.left | crop.top | width | height;
    const double most = 1.0 / (1 << times);
    if ((edges & mask) == 0 && std::fabs(t.a) <= most && std::fabs(t.d) <= most) return times;
  }
  return 0;
}

std::shared_ptr<const HalvedFrame> SharedHalves::of(const Planes& from, uint64_t sequence, int times) {
  std::shared_ptr<HalvedFrame>& made = made_[times - 1];
  const int width = from.width >> times, height = from.height >> times;
  // Sizes, too: a faulty source may show another frame under the number of the one before.
  if (made && made->sequence_ == sequence && made->planes_.width == width && made->planes_.height == height) return made;
  std::shared_ptr<const HalvedFrame> larger;
  if (times > 1) larger = of(from, sequence, times - 1);
  const Planes& source = larger ? larger->planes() : from;
  // One that a layer still has is left to it.
  if (!made || made.use_count() > 1) made = std::make_shared<HalvedFrame>();
  made->sequence_ = sequence;
  const auto halve = [&](const uint8_t* data, ptrdiff_t stride, PlaneBuffer& to, int fromWidth, int fromHeight) {
    halvePlane({data, stride}, to, fromWidth, fromHeight, true, true);
    return to.data();
  };
  PlaneBuffer* buffers = made->buffers_;
  Planes& planes = made->planes_;
  planes.y = halve(source.y, source.strideY, buffers[0], source.width, source.height);
  planes.u = halve(source.u, source.strideC, buffers[1], chromaOf(source.width), chromaOf(source.height));
  planes.v = halve(source.v, source.strideC, buffers[2], chromaOf(source.width), chromaOf(source.height));
  planes.strideY = buffers[0].stride();
  planes.strideC = buffers[1].stride();
  planes.width = width;
  planes.height = height;
  return made;
}

Geometry halvedGeometry(Geometry geometry, int times) {
  const double factor = 1 << times;
  geometry.crop = {geometry.crop.left >> times, geometry.crop.top >> times, geometry.crop.right >> times, geometry.crop.bottom >> times};
  geometry.transform.a *= factor;
  geometry.transform.b *= factor;
  geometry.transform.c *= factor;
  geometry.transform.d *= factor;
  return geometry;
}

}  // namespace ami
