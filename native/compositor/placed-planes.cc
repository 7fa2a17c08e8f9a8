#include "placed-planes.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace ami {

namespace {

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

void PlacedPlanes::findSpans() {
  if (spans.empty()) spans.assign(static_cast<size_t>(chromaHeight()), {0, width()});
  for (int row = cy0; row < cy1; row++) {
    Span& span = spans[static_cast<size_t>(row - cy0)];
    const int from = span.from, count = span.to - from;
    span = {0, 0};
    for (int line = std::max(2 * row, y0); line < std::min(2 * row + 2, y1); line++) widenSpan(a.row(line - y0) + from, count, span.from, span.to);
    span.from += from;
    span.to += from;
  }
}

}  // namespace ami
