#include "content-source.h"

#include <algorithm>
#include <cstring>

#include "blend-rows.h"

namespace ami {

void ContentSource::multiply(const Content& content, const Crop& crop) {
  const Planes& from = content.planes;
  const int left = crop.left & ~1, top = crop.top & ~1;
  const int width = from.width - crop.right - left, height = from.height - crop.bottom - top;
  if (multipliedVersion_ == content.version && multipliedCrop_ == crop && multipliedWidth_ == width && multipliedHeight_ == height) return;
  multipliedVersion_ = content.version;
  multipliedCrop_ = crop;
  multipliedWidth_ = width;
  multipliedHeight_ = height;
  PlaneBuffer &y = multiplied_[0], &u = multiplied_[1], &v = multiplied_[2], &a = multiplied_[3], &c = multiplied_[4];
  y.resize(width, height);
  a.resize(width, height);
  const int halfWidth = chromaOf(width), halfHeight = chromaOf(height);
  for (PlaneBuffer* plane : {&u, &v, &c}) plane->resize(halfWidth, halfHeight);
  for (int row = 0; row < height; row++) {
    const uint8_t* alpha = from.a + (top + row) * from.strideA + left;
    memcpy(a.row(row), alpha, static_cast<size_t>(width));
    multiplyRow(from.y + (top + row) * from.strideY + left, alpha, y.row(row), width);
  }
  for (int row = 0; row < halfHeight; row++) {
    meanRow(a.row(2 * row), a.row(std::min(2 * row + 1, height - 1)), c.row(row), width);
    const ptrdiff_t at = (top / 2 + row) * from.strideC + left / 2;
    multiplyRow(from.u + at, c.row(row), u.row(row), halfWidth);
    multiplyRow(from.v + at, c.row(row), v.row(row), halfWidth);
  }
}

Source ContentSource::cropped(const Content& content, const Crop& crop) {
  const Planes& from = content.planes;
  Source source;
  source.width = from.width - crop.left - crop.right;
  source.height = from.height - crop.top - crop.bottom;
  source.chromaWidth = chromaOf(crop.left + source.width) - crop.left / 2;
  source.chromaHeight = chromaOf(crop.top + source.height) - crop.top / 2;
  source.phaseX = (crop.left & 1) / 2.0;
  source.phaseY = (crop.top & 1) / 2.0;
  const Crop at = content.flat ? Crop{} : crop;
  const auto luma = [](const uint8_t* data, ptrdiff_t stride, int x, int y) { return PlaneView{data + y * stride + x, stride}; };
  if (!content.hasAlpha() || content.multiplied) {
    source.y = luma(from.y, from.strideY, at.left, at.top);
    source.u = luma(from.u, from.strideC, at.left / 2, at.top / 2);
    source.v = luma(from.v, from.strideC, at.left / 2, at.top / 2);
    if (content.hasAlpha()) {
      source.a = luma(from.a, from.strideA, at.left, at.top);
      source.chromaAlpha = luma(content.chromaAlpha.data, content.chromaAlpha.stride, at.left / 2, at.top / 2);
    }
    return source;
  }
  multiply(content, crop);
  const auto view = [](const PlaneBuffer& plane, int x, int y) { return PlaneView{plane.row(y) + x, plane.stride()}; };
  source.y = view(multiplied_[0], crop.left & 1, crop.top & 1);
  source.u = view(multiplied_[1], 0, 0);
  source.v = view(multiplied_[2], 0, 0);
  source.a = view(multiplied_[3], crop.left & 1, crop.top & 1);
  source.chromaAlpha = view(multiplied_[4], 0, 0);
  return source;
}

Source ContentSource::shrunk(const Source& source, uint64_t version, const Crop& crop, int factorX, int factorY) {
  Source small = source;
  // Sizes, too: a faulty source may show another frame under the number of the one before.
  const bool made = shrunkVersion_ == version && shrunkCrop_ == crop && shrunkFactorX_ == factorX && shrunkFactorY_ == factorY &&
                    shrunkWidth_ == source.width && shrunkHeight_ == source.height;
  shrunkVersion_ = version;
  shrunkCrop_ = crop;
  shrunkFactorX_ = factorX;
  shrunkFactorY_ = factorY;
  shrunkWidth_ = source.width;
  shrunkHeight_ = source.height;
  const auto shrink = [&](PlaneView from, PlaneBuffer& to, int& width, int& height, int oldWidth, int oldHeight) {
    width = (oldWidth + factorX - 1) / factorX;
    height = (oldHeight + factorY - 1) / factorY;
    if (made) return PlaneView{to.data(), to.stride()};
    to.resize(width, height);
    scaler_.scale(from, {0, static_cast<double>(factorX), oldWidth}, {0, static_cast<double>(factorY), oldHeight}, to.data(), to.stride(), width, height, false);
    return PlaneView{to.data(), to.stride()};
  };
  small.y = shrink(source.y, shrunk_[0], small.width, small.height, source.width, source.height);
  small.u = shrink(source.u, shrunk_[1], small.chromaWidth, small.chromaHeight, source.chromaWidth, source.chromaHeight);
  small.v = shrink(source.v, shrunk_[2], small.chromaWidth, small.chromaHeight, source.chromaWidth, source.chromaHeight);
  if (source.hasAlpha()) {
    small.a = shrink(source.a, shrunk_[3], small.width, small.height, source.width, source.height);
    small.chromaAlpha = shrink(source.chromaAlpha, shrunk_[4], small.chromaWidth, small.chromaHeight, source.chromaWidth, source.chromaHeight);
  }
  small.shrinkX = factorX;
  small.shrinkY = factorY;
  return small;
}

}  // namespace ami
