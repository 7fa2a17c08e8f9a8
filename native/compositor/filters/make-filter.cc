#include <algorithm>
#include <functional>
#include <utility>

#include "../descriptions.h"
#include "../frame-store-object.h"
#include "blur.h"
#include "color.h"
#include "filter.h"
#include "geometry-filters.h"
#include "key.h"
#include "scroll.h"

namespace ami {
namespace {

/** A filter that works in place on a copy of the frame. */
class InPlaceFilter : public Filter {
 public:
  InPlaceFilter(bool needsAlpha, std::function<void(Planes&)> work) : needsAlpha_(needsAlpha), work_(std::move(work)) {}
  void apply(const Planes& from, int64_t, FilterFrame& to) override {
    to.resize(from.width, from.height, needsAlpha_ || from.a != nullptr);
    Planes frame = to.planes();
    copyFrame(from, frame);
    work_(frame);
  }

 private:
  const bool needsAlpha_;
  const std::function<void(Planes&)> work_;
};

std::unique_ptr<Filter> inPlace(bool needsAlpha, std::function<void(Planes&)> work) {
  return std::make_unique<InPlaceFilter>(needsAlpha, std::move(work));
}

}  // namespace

std::unique_ptr<Filter> makeFilter(const std::string& kind, Napi::Object settings, Arguments& read) {
  const auto number = [&](const char* name, double least, double most) { return read.number(read.get(settings, name), kind + "." + name, least, most); };
  const auto share = [&](const char* name) { return static_cast<float>(number(name, 0, 1)); };
  const auto chosen = [&](const char* name, const char* usual, const char* other) {
    return read.choice(read.get(settings, name), kind + "." + name, {usual, other}) == 1;
  };
  const auto linearLight = [&] { return chosen("light", "video", "linear"); };
  const auto smoothEdges = [&] { return chosen("edges", "straight", "smooth"); };
  const auto pixels = [&](const char* name) { return read.integer(read.get(settings, name), kind + "." + name, 0, 16384); };

  if (kind == "chroma-key") {
    const YuvColor color = readColor(read, read.get(settings, "color"), "chroma-key.color", false);
    const ChromaKey key{color.u, color.v, share("similarity"), share("smoothness"), share("spill"), smoothEdges()};
    return inPlace(true, [key, room = std::make_shared<KeyRoom>()](Planes& frame) { chromaKey(frame, key, *room); });
  }
  if (kind == "color-key") {
    const RgbColor color = readRgb(read, read.get(settings, "color"), "color-key.color");
    const ColorKey key{color.r, color.g, color.b, share("similarity"), share("smoothness")};
    return inPlace(true, [key](Planes& frame) { colorKey(frame, key); });
  }
  if (kind == "luma-key") {
    const LumaKey key{share("low"), share("lowSmooth"), share("high"), share("highSmooth"), linearLight(), smoothEdges()};
    return inPlace(true, [key](Planes& frame) { lumaKey(frame, key); });
  }
  if (kind == "color-correction") {
    const auto value = [&](const char* name, double least, double most) { return static_cast<float>(number(name, least, most)); };
    const ColorCorrection correction{value("brightness", -1, 1),  value("contrast", -1, 4),         value("gamma", 0.1, 10),
                                     value("saturation", 0, 5), value("hueDegrees", -180, 180), share("opacity")};
    return inPlace(correction.opacity < 1, [correction](Planes& frame) { correctColor(frame, correction); });
  }
  if (kind == "lut") {
    const int size = read.integer(read.get(settings, "size"), "lut.size", 2, 65);
    const float amount = share("amount");
    const Arguments::Bytes values = read.bytes(read.get(settings, "values"), "lut.values");
    if (!read.ok()) return nullptr;
    if (values.length != static_cast<size_t>(size) * size * size * 3 * sizeof(float)) {
      read.fail("lut.values are " + std::to_string(values.length) + " bytes, not those of " + std::to_string(size) + " steps a colour");
      return nullptr;
    }
    const auto table = std::make_shared<ColorTable>(reinterpret_cast<const float*>(values.data), size, amount);
    return inPlace(false, [table](Planes& frame) { table->apply(frame); });
  }
  if (kind == "sharpen") {
    const float amount = share("amount");
    return inPlace(false, [amount, room = std::make_shared<BlurRoom>()](Planes& frame) { sharpen(frame, amount, *room); });
  }
  if (kind == "blur") {
    const float radius = static_cast<float>(number("radius", 0, 200));
    return inPlace(false, [radius, room = std::make_shared<BlurRoom>()](Planes& frame) { blur(frame, radius, *room); });
  }
  if (kind == "crop") return std::make_unique<CropFilter>(pixels("left"), pixels("top"), pixels("right"), pixels("bottom"));
  if (kind == "scroll") return std::make_unique<ScrollFilter>(number("x", -4000, 4000), number("y", -4000, 4000));
  if (kind == "delay") return std::make_unique<DelayFilter>(static_cast<int64_t>(number("delayMs", 0, 500) * 1000));
  if (kind == "mask") {
    const bool byAlpha = read.choice(read.get(settings, "by"), "mask.by", {"alpha", "luma"}) == 0;
    const bool invert = read.flag(read.get(settings, "invert"), "mask.invert");
    const auto store = readStore(read, read.get(settings, "store"), "mask.store");
    const bool linear = linearLight();
    return read.ok() ? std::make_unique<MaskFilter>(store, byAlpha, invert, linear) : nullptr;
  }
  read.fail("There is no filter \"" + kind.substr(0, 60) + "\"");
  return nullptr;
}

}  // namespace ami
