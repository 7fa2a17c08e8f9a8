#include "geometry-filters.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "../light.h"
#include "media-store/monotonic.h"

namespace ami {
namespace {

/** Max frames in a delay: at 60 a second some are left out. */
constexpr size_t kMostKept = 32;
constexpr int64_t kClosestUs = 15'000;

void copyPlane(const uint8_t* from, ptrdiff_t fromStride, uint8_t* to, ptrdiff_t toStride, int width, int height) {
  for (int y = 0; y < height; y++) memcpy(to + y * toStride, from + y * fromStride, width);
}

void nothing(FilterFrame& to) {
  to.resize(1, 1, true);
  const Planes& made = to.planes();
  *made.y = 16;
  *made.u = *made.v = 128;
  *made.a = 0;
}

}  // namespace

void copyFrame(const Planes& from, const Planes& to) {
  const int chromaWidth = chromaOf(from.width), chromaHeight = chromaOf(from.height);
  copyPlane(from.y, from.strideY, to.y, to.strideY, from.width, from.height);
  copyPlane(from.u, from.strideC, to.u, to.strideC, chromaWidth, chromaHeight);
  copyPlane(from.v, from.strideC, to.v, to.strideC, chromaWidth, chromaHeight);
  if (to.a == nullptr) return;
  if (from.a != nullptr) copyPlane(from.a, from.strideA, to.a, to.strideA, from.width, from.height);
  else fillPlane(to.a, to.strideA, from.width, from.height, 255);
}

void CropFilter::apply(const Planes& from, int64_t, FilterFrame& to) {
  // Chroma belongs to every second pixel: the first one that stays is an even one.
  const int left = left_ & ~1, top = top_ & ~1;
  const int width = from.width - left - right_, height = from.height - top - bottom_;
  if (width < 1 || height < 1) return nothing(to);
  to.resize(width, height, from.a != nullptr);
  Planes part = from;
  part.y += top * from.strideY + left;
  part.u += top / 2 * from.strideC + left / 2;
  part.v += top / 2 * from.strideC + left / 2;
  if (part.a != nullptr) part.a += top * from.strideA + left;
  part.width = width;
  part.height = height;
  copyFrame(part, to.planes());
}

void DelayFilter::apply(const Planes& from, int64_t timeUs, FilterFrame& to) {
  const int64_t now = nowUs();
  if (timeUs != lastUs_ && (kept_.empty() || now - kept_.back()->cameUs >= kClosestUs)) {
    lastUs_ = timeUs;
    std::unique_ptr<Kept> next;
    if (kept_.size() >= kMostKept) {
      next = std::move(kept_.front());
      kept_.erase(kept_.begin());
    } else {
      next = std::make_unique<Kept>();
    }
    next->cameUs = now;
    next->frame.resize(from.width, from.height, from.a != nullptr);
    copyFrame(from, next->frame.planes());
    kept_.push_back(std::move(next));
  }
  while (kept_.size() > 1 && kept_[1]->cameUs <= now - delayUs_) kept_.erase(kept_.begin());
  if (kept_.empty() || kept_.front()->cameUs > now - delayUs_) return nothing(to);
  const Planes& shown = kept_.front()->frame.planes();
  to.resize(shown.width, shown.height, shown.a != nullptr);
  copyFrame(shown, to.planes());
}

MaskFilter::MaskFilter(std::shared_ptr<FrameStore> store, bool byAlpha, bool invert, bool linear) : store_(std::move(store)), byAlpha_(byAlpha) {
  for (int value = 0; value < 256; value++) {
    const int luma = std::min(std::max((value - 16) * 255 / 219, 0), 255);
    const int light = linear ? static_cast<int>(toLight(static_cast<float>(luma) / 255) * 255 + 0.5f) : luma;
    const int share = byAlpha ? value : light;
    opaque_[value] = static_cast<uint8_t>(invert ? 255 - share : share);
  }
}

void MaskFilter::apply(const Planes& from, int64_t, FilterFrame& to) {
  to.resize(from.width, from.height, true);
  const Planes& made = to.planes();
  copyFrame(from, made);
  const FrameStore::Frame mask = store_->newest();
  if (!mask) return;
  const Planes& planes = mask.planes;
  const bool opaque = byAlpha_ && planes.a == nullptr;
  if (!opaque) {
    mask_.resize(static_cast<size_t>(from.width) * from.height);
    const PlaneView view = byAlpha_ ? PlaneView{planes.a, planes.strideA} : PlaneView{planes.y, planes.strideY};
    const auto over = [](int of, int to) { return AxisMap{0, static_cast<double>(of) / to, of}; };
    scaler_.scale(view, over(planes.width, from.width), over(planes.height, from.height), mask_.data(), from.width, from.width, from.height, false);
  }
  for (int y = 0; y < from.height; y++) {
    uint8_t* alpha = made.a + y * made.strideA;
    const uint8_t* row = mask_.data() + static_cast<size_t>(y) * from.width;
    for (int x = 0; x < from.width; x++) {
      alpha[x] = static_cast<uint8_t>((alpha[x] * opaque_[opaque ? 255 : row[x]] * 257 + 32768) >> 16);
    }
  }
}

}  // namespace ami
