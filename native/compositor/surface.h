#pragma once
#include <memory>
#include <set>
#include <vector>

#include "layer.h"

namespace ami {

/** A frame made of layers. */
class Surface : public std::enable_shared_from_this<Surface> {
 public:
  /** Without `background` it starts clear. */
  Surface(int width, int height, const YuvColor* background);

  int width() const { return width_; }
  int height() const { return height_; }

  /** Bottom first. What was made of layers that stay is kept. */
  void setLayers(std::vector<std::unique_ptr<Layer>> layers);
  void setFilters(std::shared_ptr<FilterChain> filters);
  /** Whether it shows `other`, through whatever depth. Each surface is looked at once, however many show it. */
  bool shows(const Surface* other) const;
  /** Drops layers and memory. */
  void close();

  /** Composes into memory of its own size that is opaque; what is clear becomes black. */
  void render(const Target& target, double frame);
  /** Its frame as content of a layer; composed at most once for each frame number, and only where something changed. */
  bool show(double frame, Content& content);
  /** Grows when the frame may have changed. */
  uint64_t version(double frame);

 private:
  bool shows(const Surface* other, std::set<const Surface*>& seen) const;
  void compose(const Target& target, double frame);
  void fill(const Target& target, YuvColor color) const;
  /** Brings the kept frame up to date. */
  void update(double frame);
  void filter(double frame);

  const int width_, height_;
  const bool opaque_;
  const YuvColor background_;
  std::vector<std::unique_ptr<Layer>> layers_;
  std::vector<Layer*> seen_;
  Neighbours later_;
  std::shared_ptr<FilterChain> filters_;

  /** The kept frame: Y, U, V, and alpha of luma and chroma where it is not opaque. */
  PlaneBuffer kept_[5];
  PlaneBuffer straightPlanes_[3];
  Content content_;
  bool filled_ = false;
  bool changed_ = true;
  double frame_ = -1;
  uint64_t version_ = 0;
  std::vector<uint64_t> versions_;
  int left_ = 0, top_ = 0, right_ = 0, bottom_ = 0;
};

}  // namespace ami
