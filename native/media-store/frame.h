#pragma once
#include <cstddef>
#include <cstdint>

namespace ami {

/** Largest width and height of a frame, pixels. */
constexpr int kMaxSide = 8192;

inline int chromaOf(int pixels) { return (pixels + 1) / 2; }

/** Planar 4:2:0, BT.709, limited range, anywhere in memory. `a` is null for opaque frames; alpha is not multiplied into the others. */
struct Planes {
  uint8_t* y = nullptr;
  uint8_t* u = nullptr;
  uint8_t* v = nullptr;
  uint8_t* a = nullptr;
  ptrdiff_t strideY = 0;
  ptrdiff_t strideC = 0;
  ptrdiff_t strideA = 0;
  int width = 0;
  int height = 0;
};

enum class Layout { i420, i420a, nv12, bgra, rgba };
enum class Matrix { bt601, bt709 };

/** A frame as its source has it. Pixels of `planes` are only read. */
struct FrameView {
  Layout layout = Layout::i420;
  int width = 0;
  int height = 0;
  /** i420: Y, U, V; i420a: Y, U, V, A; nv12: Y, UV; bgra, rgba: one. */
  const uint8_t* planes[4] = {};
  ptrdiff_t strides[4] = {};
  Matrix matrix = Matrix::bt709;
  bool fullRange = false;
  /** RGB whose fourth byte means nothing. */
  bool opaque = false;
  /** RGB that is multiplied with its alpha already. */
  bool premultiplied = false;
  int64_t timeUs = 0;
};

/** Rows of a frame that changed since the one before. */
struct RowSpan {
  int first;
  int count;
};

}  // namespace ami
