#pragma once
#include <vector>

#include "affine.h"
#include "blend-modes.h"
#include "plane-buffer.h"
#include "sample-plane.h"
#include "scale-plane.h"

namespace ami {

struct Crop {
  int left = 0, top = 0, right = 0, bottom = 0;
  bool operator==(const Crop& other) const {
    return left == other.left && top == other.top && right == other.right && bottom == other.bottom;
  }
};

/** Where content goes in a target. */
struct Geometry {
  Crop crop;
  Affine transform;
  bool nearest = false;
  bool operator==(const Geometry& other) const { return crop == other.crop && transform == other.transform && nearest == other.nearest; }
};

/** How it is laid over what is there. */
struct Laying {
  double opacity = 1;
  BlendMode blend = BlendMode::normal;
  /** Opaque, upright layers only: chroma samples that are half covered are overwritten, for a neighbour is laid beside later. */
  bool wholeEdges = false;
};

/**
 * Content brought to its place in a target: the planes that are laid over the target's rows. They stay until the content's version or
 * the geometry changes, so that what stands still costs only its blend; content that is neither scaled nor has alpha is not copied at all.
 *
 * Upright content gets edges on whole pixels; its chroma is resampled for odd places, and counts half where a sample is half covered.
 * Other transforms are sampled linearly with soft edges.
 */
class Placement {
 public:
  /** False where nothing of it is to be seen. The content's planes must stay until `draw` has been called. */
  bool place(const Content& content, const Geometry& geometry, int targetWidth, int targetHeight);
  /** Whether nothing below shows through. After `place`. */
  bool hides(const Laying& laying, int targetWidth, int targetHeight) const;
  void draw(const Target& target, const Laying& laying) const;

  /** The part of the target that it touches. */
  int left() const { return x0_; }
  int top() const { return y0_; }
  int right() const { return x1_; }
  int bottom() const { return y1_; }

 private:
  /** Cropped content, planes from the crop's corner on; chroma begins `phase` samples into its first one. */
  struct Source {
    PlaneView y, u, v, a, chromaAlpha;
    int width, height;
    int chromaWidth, chromaHeight;
    double phaseX, phaseY;
    /** Content pixels to a luma sample: more than 1 where it was made smaller beforehand. */
    double shrinkX = 1, shrinkY = 1;
  };
  struct Span {
    int from, to;
  };

  bool upright(const Content& content, const Geometry& geometry, int targetWidth, int targetHeight);
  bool slanted(const Content& content, const Geometry& geometry, int targetWidth, int targetHeight);
  /** True where planes of the source are used as they are. */
  bool placeUpright(const Source& source, double x0, double y0, double x1, double y1, bool mirrorX, bool mirrorY, bool nearest, int targetWidth,
                    int targetHeight);
  void placeSlanted(const Source& source, const Affine& toContent, double width, double height, bool nearest);
  Source cropped(const Content& content, const Crop& crop);
  Source shrunk(const Source& source, uint64_t version, const Crop& crop, int factorX, int factorY);
  void multiply(const Content& content, const Crop& crop);
  void findSpans();
  void halveEdges(int width, int height);
  void drawOpaque(const Target& target, const Laying& laying) const;
  void drawAlpha(const Target& target, double opacity) const;
  void drawBlended(const Target& target, const Laying& laying) const;
  Span spanOf(int chromaRow) const;

  /** What the planes below were made of. */
  uint64_t version_ = 0;
  Geometry geometry_;
  int targetWidth_ = 0, targetHeight_ = 0;
  bool made_ = false;
  bool seen_ = false;
  /** Planes below are the content's own. */
  bool borrowed_ = false;

  /** Pixels of the target, and its chroma samples that they touch. */
  int x0_ = 0, y0_ = 0, x1_ = 0, y1_ = 0;
  int cx0_ = 0, cy0_ = 0, cx1_ = 0, cy1_ = 0;
  bool alpha_ = false;
  bool halfLeft_ = false, halfTop_ = false, halfRight_ = false, halfBottom_ = false;
  PlaneView y_, u_, v_, a_, chromaAlpha_;
  /** For each row of chroma the luma pixels, from x0_, that are not clear. Empty: all. */
  std::vector<Span> spans_;

  PlaneBuffer ownY_, ownU_, ownV_, ownA_, ownChromaAlpha_;
  /** Straight content multiplied with its alpha, from the even corner of its crop on. */
  PlaneBuffer multiplied_[5];
  uint64_t multipliedVersion_ = 0;
  Crop multipliedCrop_;
  int multipliedWidth_ = 0, multipliedHeight_ = 0;
  /** The source halved some times, for transforms that change while the content stays. */
  PlaneBuffer shrunk_[5];
  uint64_t shrunkVersion_ = 0;
  Crop shrunkCrop_;
  int shrunkFactorX_ = 0, shrunkFactorY_ = 0;
  PlaneScaler scaler_;
  std::vector<uint16_t> covers_;
};

}  // namespace ami
