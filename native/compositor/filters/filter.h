#pragma once
#include <napi.h>

#include <memory>
#include <string>

#include "../arguments.h"
#include "../plane-buffer.h"

namespace ami {

/** A frame of a filter's own: planar 4:2:0, BT.709 limited, alpha not multiplied in. */
class FilterFrame {
 public:
  /** Contents are undefined afterwards. Without `alpha` the frame is opaque. */
  void resize(int width, int height, bool alpha) {
    y_.resize(width, height);
    u_.resize(chromaOf(width), chromaOf(height));
    v_.resize(chromaOf(width), chromaOf(height));
    if (alpha) a_.resize(width, height);
    planes_ = {y_.data(), u_.data(), v_.data(), alpha ? a_.data() : nullptr, y_.stride(), u_.stride(), a_.stride(), width, height};
  }
  const Planes& planes() const { return planes_; }

 private:
  PlaneBuffer y_, u_, v_, a_;
  Planes planes_;
};

/** One filter of a chain. Its settings never change: other settings make another filter. */
class Filter {
 public:
  virtual ~Filter() = default;
  /** Makes `to` (resized by the filter) from a frame that it only reads; the two never share memory. `timeUs` is the frame's. */
  virtual void apply(const Planes& from, int64_t timeUs, FilterFrame& to) = 0;
  /** Whether it must run for every frame of the program, though its frame stays. */
  virtual bool moves() const { return false; }
};

/** Makes the filter of that kind; fails in `read` naming the kind or the setting that is wrong. */
std::unique_ptr<Filter> makeFilter(const std::string& kind, Napi::Object settings, Arguments& read);

}  // namespace ami
