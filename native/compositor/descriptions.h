#pragma once
// Reads what JavaScript says about layers, mixings and frames; see src-main/studio/worker/compositor/compositor.ts.
#include <memory>
#include <string>

#include "arguments.h"
#include "layer.h"
#include "mixing.h"

namespace ami {

/** The store behind a value; fails in `read` if it is no store, or closed. */
std::shared_ptr<FrameStore> readStore(Arguments& read, Napi::Value value, const std::string& name);
/** Red, green and blue, 0 to 1. */
struct RgbColor {
  float r = 0, g = 0, b = 0;
};

/** `#rrggbb`. */
RgbColor readRgb(Arguments& read, Napi::Value value, const std::string& name);
/** `#rrggbb`, and `#rrggbbaa` where `alpha`. */
YuvColor readColor(Arguments& read, Napi::Value value, const std::string& name, bool alpha);
/** Null after a failure. */
std::unique_ptr<Layer> readLayer(Arguments& read, Napi::Value value, const std::string& name);
Mixing readMixing(Arguments& read, Napi::Value value);
/** Memory of a frame; with `width` above zero it must have that size. */
Target readFrame(Arguments& read, Napi::Value value, const std::string& name, int width, int height);
/** A chain for a list of filters, null for none. Shared between all that name the same settings and `owner`. */
std::shared_ptr<FilterChain> readFilters(Arguments& read, Napi::Value value, const std::string& name, const void* owner);

}  // namespace ami
