#include "placement.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "blend-rows.h"

namespace ami {

namespace {

size_t bytes(int count) { return static_cast<size_t>(count); }

/** First and last but one of the samples that are not zero; equal where all are. */
void widenSpan(const uint8_t* row, int width, int& from, int& to) {
  int first = 0, last = width;
  const auto clear = [row](int x) {
    uint64_t eight;
    memcpy(&eight, row + x, 8);
    return eight == 0;
  };
  while (first + 8 <= last && clear(first)) first += 8;
  while (first < last && row[first] == 0) first++;
  while (last - 8 >= first && clear(last - 8)) last -= 8;
  while (last > first && row[last - 1] == 0) last--;
  if (first == last) return;
  if (from == to) {
    from = first;
    to = last;
    return;
  }
  from = std::min(from, first);
  to = std::max(to, last);
}

}  // namespace

bool Placement::place(const Content& content, const Geometry& geometry, int targetWidth, int targetHeight) {
  const bool same = made_ && version_ == content.version && geometry_ == geometry && targetWidth_ == targetWidth && targetHeight_ == targetHeight;
  // What was borrowed may lie elsewhere by now, even where nothing changed.
  if (same && !(seen_ && borrowed_)) return seen_;
  made_ = true;
  version_ = content.version;
  geometry_ = geometry;
  targetWidth_ = targetWidth;
  targetHeight_ = targetHeight;
  borrowed_ = false;
  spans_.clear();
  const int width = content.planes.width - geometry.crop.left - geometry.crop.right;
  const int height = content.planes.height - geometry.crop.top - geometry.crop.bottom;
  seen_ = width > 0 && height > 0 &&
          (geometry.transform.isUpright(width, height) ? upright(content, geometry, targetWidth, targetHeight)
                                                       : slanted(content, geometry, targetWidth, targetHeight));
  return seen_;
}

void Placement::multiply(const Content& content, const Crop& crop) {
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
    memcpy(a.row(row), alpha, bytes(width));
    multiplyRow(from.y + (top + row) * from.strideY + left, alpha, y.row(row), width);
  }
  for (int row = 0; row < halfHeight; row++) {
    meanRow(a.row(2 * row), a.row(std::min(2 * row + 1, height - 1)), c.row(row), width);
    const ptrdiff_t at = (top / 2 + row) * from.strideC + left / 2;
    multiplyRow(from.u + at, c.row(row), u.row(row), halfWidth);
    multiplyRow(from.v + at, c.row(row), v.row(row), halfWidth);
  }
}

Placement::Source Placement::cropped(const Content& content, const Crop& crop) {
  const Planes& from = content.planes;
  Source source;
  source.width = from.width - crop.left - crop.right;
  source.height = from.height - crop.top - crop.bottom;
  source.chromaWidth = chromaOf(crop.left + source.width) - crop.left / 2;
  source.chromaHeight = chromaOf(crop.top + source.height) - crop.top / 2;
  source.phaseX = (crop.left & 1) / 2.0;
  source.phaseY = (crop.top & 1) / 2.0;
  const auto luma = [](const uint8_t* data, ptrdiff_t stride, int x, int y) { return PlaneView{data + y * stride + x, stride}; };
  if (!content.hasAlpha() || content.multiplied) {
    source.y = luma(from.y, from.strideY, crop.left, crop.top);
    source.u = luma(from.u, from.strideC, crop.left / 2, crop.top / 2);
    source.v = luma(from.v, from.strideC, crop.left / 2, crop.top / 2);
    if (content.hasAlpha()) {
      source.a = luma(from.a, from.strideA, crop.left, crop.top);
      source.chromaAlpha = luma(content.chromaAlpha.data, content.chromaAlpha.stride, crop.left / 2, crop.top / 2);
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

bool Placement::upright(const Content& content, const Geometry& geometry, int targetWidth, int targetHeight) {
  const Affine& t = geometry.transform;
  const int width = content.planes.width - geometry.crop.left - geometry.crop.right;
  const int height = content.planes.height - geometry.crop.top - geometry.crop.bottom;
  const double ax = t.e, bx = t.e + t.a * width, ay = t.f, by = t.f + t.d * height;
  // Half pixels go the same way on both sides of zero, or a width would change on the way.
  const auto whole = [](double value) { return std::floor(value + 0.5); };
  const double x0 = whole(std::min(ax, bx)), x1 = whole(std::max(ax, bx)), y0 = whole(std::min(ay, by)), y1 = whole(std::max(ay, by));
  double left = std::max(0.0, x0), right = std::min<double>(targetWidth, x1), top = std::max(0.0, y0), bottom = std::min<double>(targetHeight, y1);
  // Surfaces know where anything stands in them; two pixels of room for what scaling spreads.
  if (content.left > 0 || content.top > 0 || content.right < content.planes.width || content.bottom < content.planes.height) {
    const double fromX = content.left - 2 - geometry.crop.left, toX = content.right + 2 - geometry.crop.left;
    const double fromY = content.top - 2 - geometry.crop.top, toY = content.bottom + 2 - geometry.crop.top;
    left = std::max(left, std::floor(t.e + std::min(fromX * t.a, toX * t.a)) - 1);
    right = std::min(right, std::ceil(t.e + std::max(fromX * t.a, toX * t.a)) + 1);
    top = std::max(top, std::floor(t.f + std::min(fromY * t.d, toY * t.d)) - 1);
    bottom = std::min(bottom, std::ceil(t.f + std::max(fromY * t.d, toY * t.d)) + 1);
  }
  if (!(left < right && top < bottom)) return false;
  x0_ = static_cast<int>(left);
  x1_ = static_cast<int>(right);
  y0_ = static_cast<int>(top);
  y1_ = static_cast<int>(bottom);
  alpha_ = content.hasAlpha();
  const bool borrows = placeUpright(cropped(content, geometry.crop), x0, y0, x1, y1, t.a < 0, t.d < 0, geometry.nearest, targetWidth, targetHeight);
  borrowed_ = borrows && (!content.hasAlpha() || content.multiplied);
  return true;
}

bool Placement::placeUpright(const Source& source, double x0, double y0, double x1, double y1, bool mirrorX, bool mirrorY, bool nearest,
                             int targetWidth, int targetHeight) {
  cx0_ = x0_ / 2;
  cy0_ = y0_ / 2;
  cx1_ = chromaOf(x1_);
  cy1_ = chromaOf(y1_);
  halfLeft_ = (x0_ & 1) != 0;
  halfTop_ = (y0_ & 1) != 0;
  halfRight_ = (x1_ & 1) != 0 && x1_ < targetWidth;
  halfBottom_ = (y1_ & 1) != 0 && y1_ < targetHeight;
  const double stepX = source.width / (x1 - x0), stepY = source.height / (y1 - y0);
  const auto lumaMap = [](double from, double corner, double step, int samples, bool mirror) {
    const double start = (from - corner) * step;
    return mirror ? AxisMap{samples - start, -step, samples} : AxisMap{start, step, samples};
  };
  const auto chromaMap = [](int from, double corner, double step, int length, double phase, int samples, bool mirror) {
    const double start = (2.0 * from - corner) * step;
    return mirror ? AxisMap{(length - start) / 2 + phase, -step, samples} : AxisMap{start / 2 + phase, step, samples};
  };
  const AxisMap x = lumaMap(x0_, x0, stepX, source.width, mirrorX), y = lumaMap(y0_, y0, stepY, source.height, mirrorY);
  const AxisMap cx = chromaMap(cx0_, x0, stepX, source.width, source.phaseX, source.chromaWidth, mirrorX);
  const AxisMap cy = chromaMap(cy0_, y0, stepY, source.height, source.phaseY, source.chromaHeight, mirrorY);

  const bool unit = x.step == 1 && y.step == 1;
  const auto within = [](const AxisMap& map, int count) { return map.start == std::floor(map.start) && map.start >= 0 && map.start + count <= map.samples; };
  const int width = x1_ - x0_, height = y1_ - y0_, chromaWidth = cx1_ - cx0_, chromaHeight = cy1_ - cy0_;
  const bool halves = halfLeft_ || halfTop_ || halfRight_ || halfBottom_;
  const bool borrowLuma = unit && within(x, width) && within(y, height);
  const bool borrowChroma = borrowLuma && within(cx, chromaWidth) && within(cy, chromaHeight) && !(alpha_ && halves);
  const auto put = [&](PlaneView from, PlaneBuffer& own, const AxisMap& across, const AxisMap& down, int w, int h, bool borrow) {
    if (borrow) return PlaneView{from.row(static_cast<int>(down.start)) + static_cast<int>(across.start), from.stride};
    own.resize(w, h);
    scaler_.scale(from, across, down, own.data(), own.stride(), w, h, nearest);
    return PlaneView{own.data(), own.stride()};
  };
  y_ = put(source.y, ownY_, x, y, width, height, borrowLuma);
  u_ = put(source.u, ownU_, cx, cy, chromaWidth, chromaHeight, borrowChroma);
  v_ = put(source.v, ownV_, cx, cy, chromaWidth, chromaHeight, borrowChroma);
  if (!alpha_) return borrowLuma;
  a_ = put(source.a, ownA_, x, y, width, height, borrowLuma);
  chromaAlpha_ = put(source.chromaAlpha, ownChromaAlpha_, cx, cy, chromaWidth, chromaHeight, borrowChroma);
  if (halves) halveEdges(chromaWidth, chromaHeight);
  findSpans();
  return borrowLuma;
}

/** Chroma samples that the content covers by half count half. */
void Placement::halveEdges(int width, int height) {
  for (PlaneBuffer* plane : {&ownU_, &ownV_, &ownChromaAlpha_}) {
    for (int row = 0; row < height; row++) {
      uint8_t* p = plane->row(row);
      if ((row == 0 && halfTop_) || (row == height - 1 && halfBottom_)) {
        for (int x = 0; x < width; x++) p[x] = static_cast<uint8_t>((p[x] + 1) / 2);
      }
      if (halfLeft_) p[0] = static_cast<uint8_t>((p[0] + 1) / 2);
      if (halfRight_) p[width - 1] = static_cast<uint8_t>((p[width - 1] + 1) / 2);
    }
  }
}

void Placement::findSpans() {
  spans_.resize(bytes(cy1_ - cy0_));
  for (int row = cy0_; row < cy1_; row++) {
    Span& span = spans_[bytes(row - cy0_)];
    span = {0, 0};
    for (int y = std::max(2 * row, y0_); y < std::min(2 * row + 2, y1_); y++) widenSpan(a_.row(y - y0_), x1_ - x0_, span.from, span.to);
  }
}

Placement::Source Placement::shrunk(const Source& source, uint64_t version, const Crop& crop, int factorX, int factorY) {
  Source small = source;
  const bool made = shrunkVersion_ == version && shrunkCrop_ == crop && shrunkFactorX_ == factorX && shrunkFactorY_ == factorY;
  shrunkVersion_ = version;
  shrunkCrop_ = crop;
  shrunkFactorX_ = factorX;
  shrunkFactorY_ = factorY;
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
  if (alpha_) {
    small.a = shrink(source.a, shrunk_[3], small.width, small.height, source.width, source.height);
    small.chromaAlpha = shrink(source.chromaAlpha, shrunk_[4], small.chromaWidth, small.chromaHeight, source.chromaWidth, source.chromaHeight);
  }
  small.shrinkX = factorX;
  small.shrinkY = factorY;
  return small;
}

bool Placement::slanted(const Content& content, const Geometry& geometry, int targetWidth, int targetHeight) {
  const Affine& t = geometry.transform;
  const double width = content.planes.width - geometry.crop.left - geometry.crop.right;
  const double height = content.planes.height - geometry.crop.top - geometry.crop.bottom;
  const double alongX = std::hypot(t.a, t.b), alongY = std::hypot(t.c, t.d);
  // Thinner than a quarter of a pixel, or as good as a line.
  if (alongX * width < 0.25 || alongY * height < 0.25 || std::fabs(t.determinant()) * width * height < 0.25) return false;
  const Affine back = t.inverse();
  for (const double entry : {back.a, back.b, back.c, back.d}) {
    if (!(std::fabs(entry) < 1e6)) return false;
  }
  const double xs[] = {0, t.a * width, t.c * height, t.a * width + t.c * height}, ys[] = {0, t.b * width, t.d * height, t.b * width + t.d * height};
  const auto even = [](double value, int most) { return static_cast<int>(std::clamp<double>(value, 0, most)); };
  const int fromX = even(t.e + *std::min_element(xs, xs + 4) - 1, targetWidth) & ~1, toX = even(std::ceil(t.e + *std::max_element(xs, xs + 4) + 1), targetWidth);
  const int fromY = even(t.f + *std::min_element(ys, ys + 4) - 1, targetHeight) & ~1, toY = even(std::ceil(t.f + *std::max_element(ys, ys + 4) + 1), targetHeight);
  if (fromX >= toX || fromY >= toY) return false;
  x0_ = fromX;
  x1_ = std::min(targetWidth, (toX + 1) & ~1);
  y0_ = fromY;
  y1_ = std::min(targetHeight, (toY + 1) & ~1);
  cx0_ = x0_ / 2;
  cx1_ = chromaOf(x1_);
  cy0_ = y0_ / 2;
  cy1_ = chromaOf(y1_);
  alpha_ = content.hasAlpha();
  Source source = cropped(content, geometry.crop);
  // Linear sampling looks at four samples: what is made much smaller is halved before, or it would glitter.
  const auto factorOf = [](double scale, int size) {
    int factor = 1;
    while (scale * factor < 0.5 && factor * 2 <= size) factor *= 2;
    return factor;
  };
  const int factorX = geometry.nearest ? 1 : factorOf(alongX, source.width), factorY = geometry.nearest ? 1 : factorOf(alongY, source.height);
  if (factorX > 1 || factorY > 1) source = shrunk(source, content.version, geometry.crop, factorX, factorY);
  placeSlanted(source, back, width, height, geometry.nearest);
  halfLeft_ = halfTop_ = halfRight_ = halfBottom_ = false;
  alpha_ = true;
  findSpans();
  return true;
}

void Placement::placeSlanted(const Source& source, const Affine& back, double width, double height, bool nearest) {
  const EdgeCoverage coverage(back, width, height);
  const int lumaWidth = x1_ - x0_, lumaHeight = y1_ - y0_, chromaWidth = cx1_ - cx0_, chromaHeight = cy1_ - cy0_;
  for (PlaneBuffer* plane : {&ownY_, &ownA_}) plane->resize(lumaWidth, lumaHeight);
  for (PlaneBuffer* plane : {&ownU_, &ownV_, &ownChromaAlpha_}) plane->resize(chromaWidth, chromaHeight);
  covers_.resize(bytes(lumaWidth));
  struct Line {
    PlaneView from;
    uint8_t* to;
  };
  // One row of all planes of a kind: `scale` leads from content pixels to the source's samples, `shift` is where those begin.
  const auto row = [&](double x, double y, double step, int count, int sourceWidth, int sourceHeight, double scaleX, double scaleY, double shiftX,
                       double shiftY, std::initializer_list<Line> lines, uint8_t* opaque) {
    const bool any = coverage.row(x, y, step, count, covers_.data());
    int first = 0, last = count;
    while (any && covers_[bytes(first)] == 0) first++;
    while (any && covers_[bytes(last - 1)] == 0) last--;
    const int run = any ? last - first : 0;
    // Between the soft edges all is covered.
    int whole = first, behind = last;
    while (whole < last && covers_[bytes(whole)] != 256) whole++;
    while (behind > whole && covers_[bytes(behind - 1)] != 256) behind--;
    const auto cover = [&](uint8_t* to) {
      coverRow(to + first, covers_.data() + first, whole - first);
      coverRow(to + behind, covers_.data() + behind, last - behind);
    };
    const auto clear = [&](uint8_t* to) {
      if (run == 0) return static_cast<void>(memset(to, 0, bytes(count)));
      memset(to, 0, bytes(first));
      memset(to + last, 0, bytes(count - last));
    };
    const double startX = x + first * step;
    const double contentX = back.a * startX + back.c * y + back.e, contentY = back.b * startX + back.d * y + back.f;
    for (const Line& line : lines) {
      clear(line.to);
      if (run == 0) continue;
      sampleRow(line.from, sourceWidth, sourceHeight, contentX * scaleX + shiftX, contentY * scaleY + shiftY, back.a * step * scaleX, back.b * step * scaleY,
                nearest, line.to + first, run);
      cover(line.to);
    }
    if (opaque == nullptr) return;
    clear(opaque);
    if (run == 0) return;
    memset(opaque + first, 255, bytes(run));
    cover(opaque);
  };
  const double scaleX = 1 / source.shrinkX, scaleY = 1 / source.shrinkY;
  for (int y = 0; y < lumaHeight; y++) {
    if (alpha_) {
      row(x0_ + 0.5, y0_ + y + 0.5, 1, lumaWidth, source.width, source.height, scaleX, scaleY, 0, 0, {{source.y, ownY_.row(y)}, {source.a, ownA_.row(y)}}, nullptr);
    } else {
      row(x0_ + 0.5, y0_ + y + 0.5, 1, lumaWidth, source.width, source.height, scaleX, scaleY, 0, 0, {{source.y, ownY_.row(y)}}, ownA_.row(y));
    }
  }
  const double shiftX = source.phaseX * scaleX, shiftY = source.phaseY * scaleY;
  for (int y = 0; y < chromaHeight; y++) {
    const double middle = 2.0 * (cy0_ + y) + 1;
    const Line u{source.u, ownU_.row(y)}, v{source.v, ownV_.row(y)}, c{source.chromaAlpha, ownChromaAlpha_.row(y)};
    if (alpha_) row(2.0 * cx0_ + 1, middle, 2, chromaWidth, source.chromaWidth, source.chromaHeight, scaleX / 2, scaleY / 2, shiftX, shiftY, {u, v, c}, nullptr);
    else row(2.0 * cx0_ + 1, middle, 2, chromaWidth, source.chromaWidth, source.chromaHeight, scaleX / 2, scaleY / 2, shiftX, shiftY, {u, v}, c.to);
  }
  y_ = {ownY_.data(), ownY_.stride()};
  a_ = {ownA_.data(), ownA_.stride()};
  u_ = {ownU_.data(), ownU_.stride()};
  v_ = {ownV_.data(), ownV_.stride()};
  chromaAlpha_ = {ownChromaAlpha_.data(), ownChromaAlpha_.stride()};
}

bool Placement::hides(const Laying& laying, int targetWidth, int targetHeight) const {
  return !alpha_ && laying.blend == BlendMode::normal && laying.opacity >= 0.999 && x0_ == 0 && y0_ == 0 && x1_ == targetWidth && y1_ == targetHeight;
}

void Placement::draw(const Target& target, const Laying& laying) const {
  if (laying.opacity < 0.001) return;
  if (laying.blend != BlendMode::normal) drawBlended(target, laying);
  else if (alpha_) drawAlpha(target, laying.opacity);
  else drawOpaque(target, laying);
}

void Placement::drawOpaque(const Target& t, const Laying& laying) const {
  const auto weight = static_cast<uint16_t>(std::lround(std::min(laying.opacity, 1.0) * 256));
  const bool halves = !laying.wholeEdges, halfLeft = halfLeft_ && halves, halfRight = halfRight_ && halves;
  const int width = x1_ - x0_, chromaWidth = cx1_ - cx0_;
  for (int y = y0_; y < y1_; y++) {
    uint8_t* ground = t.y + y * t.strideY + x0_;
    if (weight == 256) memcpy(ground, y_.row(y - y0_), bytes(width));
    else mixRow(ground, y_.row(y - y0_), width, weight);
    if (t.a != nullptr) tintRow(t.a + y * t.strideA + x0_, 255, width, weight);
  }
  const int first = halfLeft ? 1 : 0, count = std::max(0, chromaWidth - first - (halfRight ? 1 : 0));
  for (int cy = cy0_; cy < cy1_; cy++) {
    const bool half = halves && ((halfTop_ && cy == cy0_) || (halfBottom_ && cy == cy1_ - 1));
    const auto share = static_cast<uint16_t>(half ? weight / 2 : weight);
    const auto edge = static_cast<uint16_t>(share / 2);
    const auto lay = [&](uint8_t* ground, const uint8_t* layer) {
      if (share == 256) memcpy(ground + first, layer + first, bytes(count));
      else mixRow(ground + first, layer + first, count, share);
      if (halfLeft) mixRow(ground, layer, 1, edge);
      if (halfRight) mixRow(ground + chromaWidth - 1, layer + chromaWidth - 1, 1, edge);
    };
    lay(t.u + cy * t.strideU + cx0_, u_.row(cy - cy0_));
    lay(t.v + cy * t.strideV + cx0_, v_.row(cy - cy0_));
    if (t.chromaAlpha == nullptr) continue;
    uint8_t* ground = t.chromaAlpha + cy * t.strideC + cx0_;
    tintRow(ground + first, 255, count, share);
    if (halfLeft) tintRow(ground, 255, 1, edge);
    if (halfRight) tintRow(ground + chromaWidth - 1, 255, 1, edge);
  }
}

Placement::Span Placement::spanOf(int chromaRow) const {
  return spans_.empty() ? Span{0, x1_ - x0_} : spans_[bytes(chromaRow - cy0_)];
}

void Placement::drawAlpha(const Target& t, double opacity) const {
  const auto weight = static_cast<uint8_t>(std::lround(std::min(opacity, 1.0) * 255));
  const auto lay = [weight](uint8_t* ground, const uint8_t* layer, const uint8_t* alpha, int count) {
    if (weight == 255) overRow(ground, layer, alpha, count);
    else overRowAt(ground, layer, alpha, count, weight);
  };
  for (int cy = cy0_; cy < cy1_; cy++) {
    const Span span = spanOf(cy);
    if (span.from >= span.to) continue;
    const int x = x0_ + span.from, width = span.to - span.from;
    for (int y = std::max(2 * cy, y0_); y < std::min(2 * cy + 2, y1_); y++) {
      const uint8_t* alpha = a_.row(y - y0_) + span.from;
      lay(t.y + y * t.strideY + x, y_.row(y - y0_) + span.from, alpha, width);
      if (t.a != nullptr) lay(t.a + y * t.strideA + x, alpha, alpha, width);
    }
    // One sample more on each side: scaled chroma may reach further than scaled alpha.
    const int from = std::max(cx0_, x / 2 - 1), count = std::min(cx1_, chromaOf(x0_ + span.to) + 1) - from;
    const auto at = [&](const PlaneView& plane) { return plane.row(cy - cy0_) + from - cx0_; };
    lay(t.u + cy * t.strideU + from, at(u_), at(chromaAlpha_), count);
    lay(t.v + cy * t.strideV + from, at(v_), at(chromaAlpha_), count);
    if (t.chromaAlpha != nullptr) lay(t.chromaAlpha + cy * t.strideC + from, at(chromaAlpha_), at(chromaAlpha_), count);
  }
}

void Placement::drawBlended(const Target& t, const Laying& laying) const {
  for (int cy = cy0_; cy < cy1_; cy++) {
    const Span span = spanOf(cy);
    if (span.from >= span.to) continue;
    const int x = x0_ + span.from, cx = x / 2;
    BlendRows rows{};
    int line = 0;
    for (int y = std::max(2 * cy, y0_); y < std::min(2 * cy + 2, y1_); y++, line++) {
      rows.groundY[line] = t.y + y * t.strideY + x;
      rows.groundA[line] = t.a != nullptr ? t.a + y * t.strideA + x : nullptr;
      rows.layerY[line] = y_.row(y - y0_) + span.from;
      rows.layerA[line] = alpha_ ? a_.row(y - y0_) + span.from : nullptr;
    }
    rows.groundU = t.u + cy * t.strideU + cx;
    rows.groundV = t.v + cy * t.strideV + cx;
    rows.groundChromaAlpha = t.chromaAlpha != nullptr ? t.chromaAlpha + cy * t.strideC + cx : nullptr;
    rows.layerU = u_.row(cy - cy0_) + cx - cx0_;
    rows.layerV = v_.row(cy - cy0_) + cx - cx0_;
    rows.layerChromaAlpha = alpha_ ? chromaAlpha_.row(cy - cy0_) + cx - cx0_ : nullptr;
    rows.width = span.to - span.from;
    rows.odd = (x & 1) != 0;
    rows.opacity = static_cast<float>(std::min(laying.opacity, 1.0));
    blendRows(laying.blend, rows);
  }
}

}  // namespace ami
