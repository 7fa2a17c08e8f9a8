#pragma once
#include <memory>
#include <string>

#include "filters/filter-chain.h"
#include "media-store/frame-store.h"
#include "neighbours.h"
#include "placement.h"
#include "shared-halves.h"

namespace ami {

class Surface;

/** A frame of one colour, as large as needed: every row is the same memory. */
class ColorFrame {
 public:
  ColorFrame(YuvColor color, int width, int height);
  Content content() const;
  /** For a target of that width. */
  void makeRoom(int width);

 private:
  const YuvColor color_;
  const int width_, height_;
  int room_ = 0;
  PlaneBuffer rows_[5];
};

/** What is to be shown: exactly one of a store (with filters or without), a surface, a colour. */
struct LayerContent {
  std::shared_ptr<FrameStore> store;
  /** Of the store's frames, shared with other layers that show it without filters. */
  std::shared_ptr<SharedHalves> halves;
  std::shared_ptr<FilterChain> filters;
  std::shared_ptr<Surface> surface;
  std::shared_ptr<ColorFrame> color;
};

/** One layer of a surface: its description, and what is kept of its last frame. */
class Layer {
 public:
  Layer(LayerContent content, Geometry geometry, Laying laying) : content_(std::move(content)), geometry_(geometry), laying_(laying) {
    geometry_.blended = laying.mixes(false);
  }

  const LayerContent& content() const { return content_; }
  /** Takes what another layer has made of the same content. */
  void inherit(Layer& before) {
    placement_ = std::move(before.placement_);
  }
  /** Whether `inherit` from it is of use. */
  bool resembles(const Layer& other) const;

  /** Changes whenever what it shows may have changed. */
  uint64_t version(double frame) const;
  /** Brings it to its place in a target of that size, among those that are laid `later`, which it joins. False where nothing is to be seen. */
  bool prepare(int width, int height, double frame, Neighbours& later);
  bool hides(int width, int height) const { return placement_->hides(laying_, width, height); }
  const Placement& placement() const { return *placement_; }
  /** After `prepare` was true. The store's frame is released afterwards. */
  void draw(const Target& target) {
    placement_->draw(target, laying_);
    letGo();
  }
  void letGo() {
    pinned_ = {};
    halved_.reset();
  }

 private:
  bool show(double frame, Content& content);

  LayerContent content_;
  Geometry geometry_;
  Laying laying_;
  FrameStore::Frame pinned_;
  /** What is shown instead of the pinned frame, until it is drawn. */
  std::shared_ptr<const HalvedFrame> halved_;
  std::unique_ptr<Placement> placement_ = std::make_unique<Placement>();
};

}  // namespace ami
