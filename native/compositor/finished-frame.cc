#include "finished-frame.h"

#include <cmath>
#include <cstring>
#include <tuple>
#include <vector>

#include "media-store/simd.h"

namespace ami {

void scaleFrame(PlaneScaler& scaler, const Target& from, const Target& into) {
  const auto plane = [&](const uint8_t* data, ptrdiff_t stride, int width, int height, double stepX, double stepY, uint8_t* to, ptrdiff_t toStride, int toWidth,
                         int toHeight) {
    scaler.scale({data, stride}, {0, stepX, width}, {0, stepY, height}, to, toStride, toWidth, toHeight, false);
  };
  const double stepX = static_cast<double>(from.width) / into.width, stepY = static_cast<double>(from.height) / into.height;
  const int halfWidth = chromaOf(from.width), halfHeight = chromaOf(from.height), toWidth = chromaOf(into.width), toHeight = chromaOf(into.height);
  plane(from.y, from.strideY, from.width, from.height, stepX, stepY, into.y, into.strideY, into.width, into.height);
  plane(from.u, from.strideU, halfWidth, halfHeight, stepX, stepY, into.u, into.strideU, toWidth, toHeight);
  plane(from.v, from.strideV, halfWidth, halfHeight, stepX, stepY, into.v, into.strideV, toWidth, toHeight);
}

void recolorFrame(const Target& frame, Matrix matrix, bool fullRange) {
  if (matrix == Matrix::bt709 && !fullRange) return;
  const YuvMatrix m = yuvMatrix(Matrix::bt709, false, matrix, fullRange);
  const int halfWidth = chromaOf(frame.width);
  // Rows are made beside and copied: loops that read and write the same memory do not vectorise.
  std::vector<uint8_t> room(static_cast<size_t>(frame.width) + 2 * static_cast<size_t>(halfWidth));
  uint8_t *luma = room.data(), *chromaU = luma + frame.width, *chromaV = chromaU + halfWidth;
  for (int row = 0; row < chromaOf(frame.height); row++) {
    uint8_t* u = frame.u + row * frame.strideU;
    uint8_t* v = frame.v + row * frame.strideV;
    for (int y = 2 * row; y < 2 * row + 2 && y < frame.height; y++) {
      uint8_t* to = frame.y + y * frame.strideY;
      yuv::luma(to, u, v, luma, frame.width, m);
      memcpy(to, luma, static_cast<size_t>(frame.width));
    }
    yuv::chroma(u, v, chromaU, chromaV, halfWidth, m);
    memcpy(u, chromaU, static_cast<size_t>(halfWidth));
    memcpy(v, chromaV, static_cast<size_t>(halfWidth));
  }
}

namespace {
AMI_INLINE void rgbaRowKernel(const uint8_t* y, const uint8_t* u, const uint8_t* v, const uint8_t* a, uint8_t* rgba, int count) {
  constexpr float kLuma = 255.0f / 219, kRv = 1.5748f * 255 / 224, kBu = 1.8556f * 255 / 224, kGu = -0.187324f * 255 / 224, kGv = -0.468124f * 255 / 224;
  const auto byte = [](float value) { return static_cast<uint8_t>(static_cast<int>((value < 0.0f ? 0.0f : value > 255.0f ? 255.0f : value) + 0.5f)); };
  for (int x = 0; x < count; x++) {
    const float luma = (static_cast<float>(y[x]) - 16) * kLuma, blue = static_cast<float>(u[x]) - 128, red = static_cast<float>(v[x]) - 128;
    rgba[4 * x] = byte(luma + kRv * red);
    rgba[4 * x + 1] = byte(luma + kGu * blue + kGv * red);
    rgba[4 * x + 2] = byte(luma + kBu * blue);
    rgba[4 * x + 3] = a[x];
  }
}
AMI_DISPATCH(rgbaRow, (const uint8_t* y, const uint8_t* u, const uint8_t* v, const uint8_t* a, uint8_t* rgba, int count), (y, u, v, a, rgba, count))
}  // namespace

void frameToRgba(PlaneScaler& scaler, const Target& frame, PlaneView alpha, uint8_t* rgba) {
  const int width = frame.width, height = frame.height;
  PlaneBuffer u, v;
  const AxisMap across{0, 0.5, chromaOf(width)}, down{0, 0.5, chromaOf(height)};
  for (const auto& [from, stride, to] : {std::tuple{frame.u, frame.strideU, &u}, std::tuple{frame.v, frame.strideV, &v}}) {
    to->resize(width, height);
    scaler.scale({from, stride}, across, down, to->data(), to->stride(), width, height, false);
  }
  const std::vector<uint8_t> opaque(static_cast<size_t>(width), 255);
  for (int y = 0; y < height; y++) {
    const uint8_t* a = alpha.data != nullptr ? alpha.row(y) : opaque.data();
    rgbaRow(frame.y + y * frame.strideY, u.row(y), v.row(y), a, rgba + static_cast<size_t>(y) * static_cast<size_t>(width) * 4, width);
  }
}

}  // namespace ami
