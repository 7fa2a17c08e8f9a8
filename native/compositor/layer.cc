#include "layer.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "surface.h"

namespace ami {

namespace {

Content wholeOf(const Planes& planes, uint64_t version) {
  Content content;
  content.planes = planes;
  content.version = version;
  content.right = planes.width;
  content.bottom = planes.height;
  return content;
}

}  // namespace

ColorFrame::ColorFrame(YuvColor color, int width, int height) : color_(color), width_(width), height_(height) { makeRoom(width); }

void ColorFrame::makeRoom(int width) {
  if (width <= room_) return;
  room_ = width;
  const auto multiplied = [this](int value) { return (value * color_.a + 127) / 255; };
  const int values[5] = {multiplied(color_.y), multiplied(color_.u), multiplied(color_.v), color_.a, color_.a};
  for (int i = 0; i < 5; i++) {
    rows_[i].resize(room_ + 64, 1);
    memset(rows_[i].data(), values[i], static_cast<size_t>(room_) + 64);
  }
}

Content ColorFrame::content() const {
  Content content;
  Planes& planes = content.planes;
  planes = {rows_[0].data(), rows_[1].data(), rows_[2].data(), color_.a < 255 ? rows_[3].data() : nullptr, 0, 0, 0, width_, height_};
  content.chromaAlpha = {rows_[4].data(), 0};
  content.multiplied = true;
  content.flat = true;
  content.version = 1;
  content.right = width_;
  content.bottom = height_;
  return content;
}

bool Layer::resembles(const Layer& other) const {
  return content_.store == other.content_.store && content_.filters == other.content_.filters && content_.surface == other.content_.surface &&
         content_.color == nullptr && other.content_.color == nullptr;
}

uint64_t Layer::version(double frame) const {
  if (content_.surface) return content_.surface->version(frame);
  if (!content_.store) return 1;
  const uint64_t sequence = content_.store->sequence();
  return content_.filters ? content_.filters->versionFor(sequence, frame) : sequence;
}

bool Layer::show(double frame, Content& content) {
  if (content_.surface) return content_.surface->show(frame, content);
  pinned_ = content_.store->newest();
  if (!pinned_) return false;
  if (!content_.filters) {
    content = wholeOf(pinned_.planes, pinned_.sequence);
    return true;
  }
  const Planes& filtered = content_.filters->run(pinned_.planes, pinned_.sequence, pinned_.timeUs, frame);
  pinned_ = {};
  content = wholeOf(filtered, content_.filters->version());
  return filtered.width > 0 && filtered.height > 0;
}

bool Layer::prepare(int width, int height, double frame, Neighbours& later) {
  if (laying_.opacity < 0.001) return false;
  Content content;
  if (content_.color) {
    content_.color->makeRoom(width);
    content = content_.color->content();
  } else if (!show(frame, content)) {
    return false;
  }
  const int cutWidth = content.planes.width - geometry_.crop.left - geometry_.crop.right;
  const int cutHeight = content.planes.height - geometry_.crop.top - geometry_.crop.bottom;
  if (cutWidth <= 0 || cutHeight <= 0) return false;
  if (!geometry_.transform.isUpright(cutWidth, cutHeight)) return placement_->place(content, geometry_, width, height);
  const Box box = uprightBox(geometry_, cutWidth, cutHeight);
  geometry_.joins = later.joinsOf(box);
  const int times = content_.halves && !content_.filters ? SharedHalves::times(content.planes, geometry_) : 0;
  if (times == 0) {
    if (!placement_->place(content, geometry_, width, height)) return false;
  } else {
    halved_ = content_.halves->of(content.planes, content.version, times);
    pinned_ = {};
    content = wholeOf(halved_->planes(), content.version);
    if (!placement_->place(content, halvedGeometry(geometry_, times), width, height)) return false;
  }
  if (laying_.blend == BlendMode::normal) later.add(box);
  return true;
}

}  // namespace ami
