#pragma once
#include <cstdint>

#include "geometry.h"
#include "plane-buffer.h"
#include "scale-plane.h"

namespace ami {

/** Cropped content, planes from the crop's corner on; chroma starts `phase` samples into its first one. */
struct Source {
  PlaneView y, u, v, a, chromaAlpha;
  int width, height;
  int chromaWidth, chromaHeight;
  double phaseX, phaseY;
  /** Content pixels to a luma sample: more than 1 where it was made smaller beforehand. */
  double shrinkX = 1, shrinkY = 1;

  bool hasAlpha() const { return a.data != nullptr; }
};

/** Content made ready to be placed: cropped, multiplied with its alpha, made smaller. Keeps what it made until content or crop change. */
class ContentSource {
 public:
  Source cropped(const Content& content, const Crop& crop);
  /** What `cropped` gave, each side of it this many times smaller. */
  Source shrunk(const Source& source, uint64_t version, const Crop& crop, int factorX, int factorY);

 private:
  void multiply(const Content& content, const Crop& crop);

  /** Straight content multiplied with its alpha, from the even corner of its crop on. */
  PlaneBuffer multiplied_[5];
  uint64_t multipliedVersion_ = 0;
  Crop multipliedCrop_;
  int multipliedWidth_ = 0, multipliedHeight_ = 0;
  PlaneBuffer shrunk_[5];
  uint64_t shrunkVersion_ = 0;
  Crop shrunkCrop_;
  int shrunkFactorX_ = 0, shrunkFactorY_ = 0;
  int shrunkWidth_ = 0, shrunkHeight_ = 0;
  PlaneScaler scaler_;
};

}  // namespace ami
