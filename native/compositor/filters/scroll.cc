#include "scroll.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "../blend-rows.h"
#include "media-store/monotonic.h"

namespace ami {
namespace {

/** Divides a plane by alpha in place; `clear` is the value where nothing is visible. */
void divide(uint8_t* plane, ptrdiff_t stride, PlaneView alpha, int width, int height, uint8_t clear) {
  for (int y = 0; y < height; y++) {
    uint8_t* row = plane + y * stride;
    const uint8_t* a = alpha.row(y);
    for (int x = 0; x < width; x++) {
      if (a[x] == 0) row[x] = clear;
      else if (a[x] < 255) row[x] = static_cast<uint8_t>(std::min(255, (row[x] * 255 + a[x] / 2) / a[x]));
    }
  }
}

}  // namespace

ScrollFilter::ScrollFilter(double x, double y) : x_(x), y_(y), startUs_(nowUs()) {}

ScrollFilter::Place ScrollFilter::placeOf(double at, int size) {
  const auto steps = static_cast<int64_t>(std::lround(at * 256));
  return {static_cast<int>(steps / 256 % size), static_cast<int>(steps % 256)};
}

void ScrollFilter::turnRow(const uint8_t* from, uint8_t* to, int width, int by) const {
  memcpy(to, from + by, static_cast<size_t>(width - by));
  memcpy(to + width - by, from, static_cast<size_t>(by));
  to[width] = to[0];
}

void ScrollFilter::turn(PlaneView from, uint8_t* to, ptrdiff_t stride, int width, int height, Place x, Place y) {
  first_.resize(static_cast<size_t>(width) + 1);
  second_.resize(static_cast<size_t>(width) + 1);
  for (int row = 0; row < height; row++, to += stride) {
    turnRow(from.row((row + y.whole) % height), first_.data(), width, x.whole);
    if (y.share > 0) {
      turnRow(from.row((row + y.whole + 1) % height), second_.data(), width, x.whole);
      mixRow(first_.data(), second_.data(), width + 1, static_cast<uint16_t>(y.share));
    }
    memcpy(to, first_.data(), static_cast<size_t>(width));
    if (x.share > 0) mixRow(to, first_.data() + 1, width, static_cast<uint16_t>(x.share));
  }
}

void ScrollFilter::multiply(const Planes& from) {
  const int chromaWidth = chromaOf(from.width), chromaHeight = chromaOf(from.height);
  multiplied_[0].resize(from.width, from.height);
  for (PlaneBuffer* plane : {&multiplied_[1], &multiplied_[2], &before_, &after_}) plane->resize(chromaWidth, chromaHeight);
  for (int y = 0; y < from.height; y++) multiplyRow(from.y + y * from.strideY, from.a + y * from.strideA, multiplied_[0].row(y), from.width);
  for (int y = 0; y < chromaHeight; y++) {
    meanRow(from.a + 2 * y * from.strideA, from.a + std::min(2 * y + 1, from.height - 1) * from.strideA, before_.row(y), from.width);
    multiplyRow(from.u + y * from.strideC, before_.row(y), multiplied_[1].row(y), chromaWidth);
    multiplyRow(from.v + y * from.strideC, before_.row(y), multiplied_[2].row(y), chromaWidth);
  }
}

void ScrollFilter::apply(const Planes& from, int64_t, FilterFrame& to) {
  to.resize(from.width, from.height, from.a != nullptr);
  const Planes& made = to.planes();
  const double seconds = static_cast<double>(nowUs() - startUs_) / 1e6;
  const auto turned = [seconds](double speed, int size) {
    const double by = std::fmod(seconds * speed, size);
    return by < 0 ? by + size : by;
  };
  const int chromaWidth = chromaOf(from.width), chromaHeight = chromaOf(from.height);
  // A whole number of chroma samples around, so that colour and light stay together.
  const double chromaX = turned(x_ / 2, chromaWidth), chromaY = turned(y_ / 2, chromaHeight);
  const Place x = placeOf(chromaX * 2, from.width), y = placeOf(chromaY * 2, from.height);
  const Place cx = placeOf(chromaX, chromaWidth), cy = placeOf(chromaY, chromaHeight);
  PlaneView planes[3] = {{from.y, from.strideY}, {from.u, from.strideC}, {from.v, from.strideC}};
  if (from.a != nullptr) {
    // Colours that alpha hides must not come out between samples.
    multiply(from);
    for (int i = 0; i < 3; i++) planes[i] = {multiplied_[i].data(), multiplied_[i].stride()};
  }
  turn(planes[0], made.y, made.strideY, from.width, from.height, x, y);
  turn(planes[1], made.u, made.strideC, chromaWidth, chromaHeight, cx, cy);
  turn(planes[2], made.v, made.strideC, chromaWidth, chromaHeight, cx, cy);
  if (from.a == nullptr) return;
  turn({from.a, from.strideA}, made.a, made.strideA, from.width, from.height, x, y);
  turn({before_.data(), before_.stride()}, after_.data(), after_.stride(), chromaWidth, chromaHeight, cx, cy);
  divide(made.y, made.strideY, {made.a, made.strideA}, from.width, from.height, 16);
  const PlaneView alpha{after_.data(), after_.stride()};
  divide(made.u, made.strideC, alpha, chromaWidth, chromaHeight, 128);
  divide(made.v, made.strideC, alpha, chromaWidth, chromaHeight, 128);
}

}  // namespace ami
