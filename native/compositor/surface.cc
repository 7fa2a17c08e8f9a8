#include "surface.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ami {

namespace {

/** Divides a multiplied plane by its alpha. */
void unmultiplyPlane(PlaneView from, PlaneView alpha, PlaneBuffer& to, int width, int height) {
  to.resize(width, height);
  for (int y = 0; y < height; y++) {
    const uint8_t *p = from.row(y), *a = alpha.row(y);
    uint8_t* q = to.row(y);
    for (int x = 0; x < width; x++) q[x] = a[x] == 0 ? 128 : static_cast<uint8_t>(std::min(255, (p[x] * 255 + a[x] / 2) / a[x]));
  }
}

}  // namespace

Surface::Surface(int width, int height, const YuvColor* background)
    : width_(width), height_(height), opaque_(background != nullptr), background_(background != nullptr ? *background : YuvColor{}) {}

void Surface::setLayers(std::vector<std::unique_ptr<Layer>> layers) {
  std::vector<std::unique_ptr<Layer>> before = std::move(layers_);
  layers_ = std::move(layers);
  seen_.clear();
  changed_ = true;
  for (const auto& layer : layers_) {
    for (auto& old : before) {
      if (!old || !layer->resembles(*old)) continue;
      layer->inherit(*old);
      old.reset();
      break;
    }
  }
}

void Surface::setFilters(std::shared_ptr<FilterChain> filters) {
  filters_ = std::move(filters);
  changed_ = true;
}

bool Surface::shows(const Surface* other) const {
  std::set<const Surface*> seen;
  return shows(other, seen);
}

bool Surface::shows(const Surface* other, std::set<const Surface*>& seen) const {
  if (this == other) return true;
  if (!seen.insert(this).second) return false;
  for (const auto& layer : layers_) {
    if (layer->content().surface && layer->content().surface->shows(other, seen)) return true;
  }
  return false;
}

void Surface::close() {
  layers_.clear();
  seen_.clear();
  filters_.reset();
  for (PlaneBuffer& plane : kept_) plane.release();
  for (PlaneBuffer& plane : straightPlanes_) plane.release();
  changed_ = true;
  filled_ = false;
}

void Surface::fill(const Target& target, YuvColor color) const {
  const int halfWidth = chromaOf(width_), halfHeight = chromaOf(height_);
  fillPlane(target.y, target.strideY, width_, height_, color.y);
  fillPlane(target.u, target.strideU, halfWidth, halfHeight, color.u);
  fillPlane(target.v, target.strideV, halfWidth, halfHeight, color.v);
}

void Surface::compose(const Target& target, double frame) {
  seen_.clear();
  later_.clear();
  bool hidden = false;
  for (auto layer = layers_.rbegin(); layer != layers_.rend() && !hidden; ++layer) {
    if (!(*layer)->prepare(width_, height_, frame, later_)) {
      (*layer)->letGo();
      continue;
    }
    seen_.push_back(layer->get());
    hidden = (*layer)->hides(width_, height_);
  }
  const bool clear = target.a != nullptr;
  if (clear && right_ > left_) {
    // Only what the last frame left behind.
    const int cx = left_ / 2, cy = top_ / 2, width = right_ - left_, height = bottom_ - top_;
    const int halfWidth = chromaOf(right_) - cx, halfHeight = chromaOf(bottom_) - cy;
    fillPlane(target.y + top_ * target.strideY + left_, target.strideY, width, height, 0);
    fillPlane(target.a + top_ * target.strideA + left_, target.strideA, width, height, 0);
    fillPlane(target.u + cy * target.strideU + cx, target.strideU, halfWidth, halfHeight, 0);
    fillPlane(target.v + cy * target.strideV + cx, target.strideV, halfWidth, halfHeight, 0);
    fillPlane(target.chromaAlpha + cy * target.strideC + cx, target.strideC, halfWidth, halfHeight, 0);
  } else if (!clear && !hidden) {
    fill(target, background_);
  }
  left_ = width_;
  top_ = height_;
  right_ = bottom_ = 0;
  for (auto layer = seen_.rbegin(); layer != seen_.rend(); ++layer) {
    const Placement& place = (*layer)->placement();
    left_ = std::min(left_, place.left() & ~1);
    top_ = std::min(top_, place.top() & ~1);
    right_ = std::max(right_, std::min(width_, (place.right() + 1) & ~1));
    bottom_ = std::max(bottom_, std::min(height_, (place.bottom() + 1) & ~1));
    (*layer)->draw(target);
  }
}

uint64_t Surface::version(double frame) {
  update(frame);
  return version_;
}

void Surface::update(double frame) {
  if (filled_ && !changed_ && frame_ == frame) return;
  frame_ = frame;
  bool same = filled_ && !changed_ && versions_.size() == layers_.size();
  versions_.resize(layers_.size());
  for (size_t i = 0; i < layers_.size(); i++) {
    const uint64_t version = layers_[i]->version(frame);
    same = same && versions_[i] == version;
    versions_[i] = version;
  }
  changed_ = false;
  if (same && !(filters_ && filters_->moves())) return;
  version_++;
  filled_ = true;
  Target target;
  target.width = width_;
  target.height = height_;
  const int halfWidth = chromaOf(width_), halfHeight = chromaOf(height_);
  const bool fresh = !kept_[0];
  kept_[0].resize(width_, height_);
  kept_[1].resize(halfWidth, halfHeight);
  kept_[2].resize(halfWidth, halfHeight);
  target.y = kept_[0].data();
  target.u = kept_[1].data();
  target.v = kept_[2].data();
  target.strideY = kept_[0].stride();
  target.strideU = target.strideV = kept_[1].stride();
  if (!opaque_) {
    kept_[3].resize(width_, height_);
    kept_[4].resize(halfWidth, halfHeight);
    target.a = kept_[3].data();
    target.chromaAlpha = kept_[4].data();
    target.strideA = kept_[3].stride();
    target.strideC = kept_[4].stride();
    if (fresh) {
      left_ = top_ = 0;
      right_ = width_;
      bottom_ = height_;
    }
  }
  compose(target, frame);
  content_ = {};
  content_.planes = {target.y, target.u, target.v, target.a, target.strideY, target.strideU, target.strideA, width_, height_};
  content_.chromaAlpha = {target.chromaAlpha, target.strideC};
  content_.multiplied = !opaque_;
  content_.version = version_;
  content_.left = opaque_ ? 0 : std::min(left_, right_);
  content_.top = opaque_ ? 0 : std::min(top_, bottom_);
  content_.right = opaque_ ? width_ : right_;
  content_.bottom = opaque_ ? height_ : bottom_;
  if (filters_) filter(frame);
}

void Surface::filter(double frame) {
  Planes from = content_.planes;
  if (content_.multiplied) {
    const int halfWidth = chromaOf(width_), halfHeight = chromaOf(height_);
    const PlaneView alpha{from.a, from.strideA};
    unmultiplyPlane({from.y, from.strideY}, alpha, straightPlanes_[0], width_, height_);
    unmultiplyPlane({from.u, from.strideC}, content_.chromaAlpha, straightPlanes_[1], halfWidth, halfHeight);
    unmultiplyPlane({from.v, from.strideC}, content_.chromaAlpha, straightPlanes_[2], halfWidth, halfHeight);
    from.y = straightPlanes_[0].data();
    from.u = straightPlanes_[1].data();
    from.v = straightPlanes_[2].data();
    from.strideY = straightPlanes_[0].stride();
    from.strideC = straightPlanes_[1].stride();
  }
  content_.planes = filters_->run(from, version_, 0, frame);
  content_.multiplied = false;
  content_.left = content_.top = 0;
  content_.right = content_.planes.width;
  content_.bottom = content_.planes.height;
}

bool Surface::show(double frame, Content& content) {
  update(frame);
  content = content_;
  return content.planes.width > 0 && content.right > content.left && content.bottom > content.top;
}

void Surface::render(const Target& target, double frame) {
  if (opaque_ && !filters_) return compose(target, frame);
  fill(target, background_);
  Content content;
  Placement place;
  if (show(frame, content) && place.place(content, {}, width_, height_)) place.draw(target, {});
}

}  // namespace ami
