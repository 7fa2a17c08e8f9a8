#pragma once
#include <vector>

#include "plane-buffer.h"

namespace ami {

/** A layer brought to its place: the planes that are blended over the target's rows, and the part of the target that they touch. */
struct PlacedPlanes {
  /** How much of the first and of the last sample along an axis is covered, 0 to 256. A single sample is the first. */
  struct Cover {
    int first = 256, last = 256;
    bool whole() const { return first == 256 && last == 256; }
    /** Of sample `i` out of `count`. */
    int at(int i, int count) const { return i == 0 ? first : i == count - 1 ? last : 256; }
  };
  struct Span {
    int from, to;
  };

  /** Pixels of the target, and its chroma samples that they touch. */
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  int cx0 = 0, cy0 = 0, cx1 = 0, cy1 = 0;
  /** With alpha all planes are multiplied with it. */
  bool alpha = false;
  /** How much of the samples at the edges is covered; with alpha that is part of the planes. */
  Cover lumaX, lumaY, chromaX, chromaY;
  /** `a` and `chromaAlpha` only with alpha. */
  PlaneView y, u, v, a, chromaAlpha;
  /** For each row of chroma the luma pixels, from x0, that are not clear. Empty: all. */
  std::vector<Span> spans;
  /** Memory for planes that are not the content's own. */
  PlaneBuffer ownY, ownU, ownV, ownA, ownChromaAlpha;

  int width() const { return x1 - x0; }
  int height() const { return y1 - y0; }
  int chromaWidth() const { return cx1 - cx0; }
  int chromaHeight() const { return cy1 - cy0; }
  Span spanOf(int chromaRow) const { return spans.empty() ? Span{0, width()} : spans[static_cast<size_t>(chromaRow - cy0)]; }
  /** Looks at `a` for what is clear, within the spans that there are. */
  void findSpans();
};

}  // namespace ami
