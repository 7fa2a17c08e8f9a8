#include "mixing.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "blend-rows.h"

namespace ami {

namespace {

template <class Work>
void forPlanes(const Target& target, Work&& work) {
  const int halfWidth = chromaOf(target.width), halfHeight = chromaOf(target.height);
  work(target.y, target.strideY, target.width, target.height, 0);
  work(target.u, target.strideU, halfWidth, halfHeight, 1);
  work(target.v, target.strideV, halfWidth, halfHeight, 2);
}

/** Weights for a wipe by a frame: dark first. `edge` and `gain` are of the sample's own scale. */
AMI_INLINE void mapRowKernel(const uint8_t* map, uint8_t* weights, int count, float edge, float gain) {
  for (int x = 0; x < count; x++) {
    const float weight = (edge - static_cast<float>(map[x])) * gain;
    weights[x] = static_cast<uint8_t>(static_cast<int>(weight < 0.0f ? 0.0f : weight > 255.0f ? 255.0f : weight + 0.5f));
  }
}
AMI_DISPATCH(mapRow, (const uint8_t* map, uint8_t* weights, int count, float edge, float gain), (map, weights, count, edge, gain))

}  // namespace

Target Mixer::Frame::target(int width, int height) {
  planes[0].resize(width, height);
  planes[1].resize(chromaOf(width), chromaOf(height));
  planes[2].resize(chromaOf(width), chromaOf(height));
  Target target;
  target.y = planes[0].data();
  target.u = planes[1].data();
  target.v = planes[2].data();
  target.strideY = planes[0].stride();
  target.strideU = target.strideV = planes[1].stride();
  target.width = width;
  target.height = height;
  return target;
}

Content Mixer::Frame::content(int width, int height) const {
  Content content;
  content.planes = {planes[0].data(), planes[1].data(), planes[2].data(), nullptr, planes[0].stride(), planes[1].stride(), 0, width, height};
  content.right = width;
  content.bottom = height;
  return content;
}

void Mixer::render(Surface& from, Surface& to, const Mixing& mixing, const Target& into, double frame) {
  if (mixing.progress <= 0) return from.render(into, frame);
  if (mixing.progress >= 1) return to.render(into, frame);
  switch (mixing.kind) {
    case MixingKind::fade: return fade(from, to, mixing, into, frame);
    case MixingKind::slide:
    case MixingKind::push: return move(from, to, mixing, into, frame);
    case MixingKind::wipe: return wipe(from, to, mixing, into, frame);
  }
}

void Mixer::fade(Surface& from, Surface& to, const Mixing& mixing, const Target& into, double frame) {
  const auto weightOf = [](double share) { return static_cast<uint16_t>(std::lround(share * 256)); };
  if (mixing.hasThrough) {
    const bool before = mixing.progress < 0.5;
    (before ? from : to).render(into, frame);
    const uint16_t weight = weightOf(before ? mixing.progress * 2 : 2 - mixing.progress * 2);
    const uint8_t values[3] = {mixing.through.y, mixing.through.u, mixing.through.v};
    forPlanes(into, [&](uint8_t* data, ptrdiff_t stride, int width, int height, int plane) {
      for (int y = 0; y < height; y++) tintRow(data + y * stride, values[plane], width, weight);
    });
    return;
  }
  from.render(into, frame);
  to.render(frames_[0].target(into.width, into.height), frame);
  const uint16_t weight = weightOf(mixing.progress);
  forPlanes(into, [&](uint8_t* data, ptrdiff_t stride, int width, int height, int plane) {
    for (int y = 0; y < height; y++) mixRow(data + y * stride, frames_[0].planes[plane].row(y), width, weight);
  });
}

void Mixer::move(Surface& from, Surface& to, const Mixing& mixing, const Target& into, double frame) {
  const int width = into.width, height = into.height;
  const bool across = mixing.direction == Direction::left || mixing.direction == Direction::right;
  const double sign = mixing.direction == Direction::left || mixing.direction == Direction::up ? -1 : 1;
  const double length = across ? width : height, moved = length * mixing.progress;
  const auto lay = [&](const Frame& picture, double by, const Joins& joins) {
    Geometry geometry;
    (across ? geometry.transform.e : geometry.transform.f) = by;
    geometry.joins = joins;
    Content content = picture.content(width, height);
    content.version = ++moves_;
    if (moved_.place(content, geometry, width, height)) moved_.draw(into, {});
  };
  if (mixing.kind == MixingKind::slide) {
    from.render(into, frame);
  } else {
    from.render(frames_[1].target(width, height), frame);
    // The other starts where this one ends, between two pixels.
    const double seam = sign < 0 ? length - moved : moved;
    Joins joins;
    (sign < 0 ? (across ? joins.right : joins.bottom) : (across ? joins.left : joins.top)) = seam;
    lay(frames_[1], sign * moved, joins);
  }
  to.render(frames_[0].target(width, height), frame);
  lay(frames_[0], sign * (moved - length), {});
}

void Mixer::weigh(const Mixing& mixing, const Target& into, int y, uint8_t* weights) {
  const int width = into.width, height = into.height;
  // A hard edge is as soft as a pixel. The edge runs from where nothing has changed to where all has.
  const double pixel = 1.0 / (mixing.map ? 219 : mixing.direction == Direction::left || mixing.direction == Direction::right ? width : height);
  const double soft = std::max(mixing.softness, pixel), edge = mixing.progress * (1 + soft);
  const auto weightAt = [&](double place) { return static_cast<uint8_t>(std::lround(std::clamp((edge - place) / soft, 0.0, 1.0) * 255)); };
  for (int line = 0; line < 2; line++) {
    uint8_t* row = weights + line * width;
    const int at = std::min(y + line, height - 1);
    if (mixing.map) {
      mapRow(map_.row(at), row, width, static_cast<float>(16 + edge * 219), static_cast<float>(255 / (soft * 219)));
      continue;
    }
    const double down = (at + 0.5) / height;
    switch (mixing.direction) {
      case Direction::down: memset(row, weightAt(down), static_cast<size_t>(width)); break;
      case Direction::up: memset(row, weightAt(1 - down), static_cast<size_t>(width)); break;
      case Direction::right:
      case Direction::left:
        if (y > 0 || line > 0) {
          if (line > 0) memcpy(row, weights, static_cast<size_t>(width));
          break;
        }
        for (int x = 0; x < width; x++) {
          const double along = (x + 0.5) / width;
          row[x] = weightAt(mixing.direction == Direction::right ? along : 1 - along);
        }
        break;
    }
  }
}

void Mixer::wipe(Surface& from, Surface& to, const Mixing& mixing, const Target& into, double frame) {
  const int width = into.width, height = into.height;
  from.render(into, frame);
  to.render(frames_[0].target(width, height), frame);
  Mixing used = mixing;
  if (mixing.map) {
    const FrameStore::Frame map = mixing.map->newest();
    if (map) {
      map_.resize(width, height);
      const Planes& planes = map.planes;
      scaler_.scale({planes.y, planes.strideY}, {0, static_cast<double>(planes.width) / width, planes.width},
                    {0, static_cast<double>(planes.height) / height, planes.height}, map_.data(), map_.stride(), width, height, false);
    } else {
      used.map.reset();
    }
  }
  const auto columns = static_cast<size_t>(width);
  weights_.resize(columns * 3);
  uint8_t *first = weights_.data(), *second = first + columns, *mean = second + columns;
  const Frame& layer = frames_[0];
  for (int y = 0; y < height; y += 2) {
    weigh(used, into, y, first);
    mixRowBy(into.y + y * into.strideY, layer.planes[0].row(y), first, width);
    if (y + 1 < height) mixRowBy(into.y + (y + 1) * into.strideY, layer.planes[0].row(y + 1), second, width);
    meanRow(first, second, mean, width);
    mixRowBy(into.u + y / 2 * into.strideU, layer.planes[1].row(y / 2), mean, chromaOf(width));
    mixRowBy(into.v + y / 2 * into.strideV, layer.planes[2].row(y / 2), mean, chromaOf(width));
  }
}

}  // namespace ami
