#pragma once
#include <vector>

#include "plane-buffer.h"

namespace ami {

/** A layer brought to its place: the planes that are laid over the target's rows, and the part of the target that they touch. */
struct PlacedPlanes {
  struct Span {
    int from, to;
  };

  /** Pixels of the target, and its chroma samples that they touch. */
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  int cx0 = 0, cy0 = 0, cx1 = 0, cy1 = 0;
  /** With alpha all planes are multiplied with it. */
  bool alpha = false;
  /** Edges whose chroma samples are covered by half; with alpha that is part of the planes. */
  bool halfLeft = false, halfTop = false, halfRight = false, halfBottom = false;
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
  /** Looks at `a` for what is clear. */
  void findSpans();
};

}  // namespace ami
