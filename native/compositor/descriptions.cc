#include "descriptions.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "frame-store-object.h"
#include "instance.h"
#include "surface-object.h"

namespace ami {

namespace {

constexpr uint32_t kMaxFilters = 64;
/** Of transforms: what a collection's largest scale, position and content can lead to, and some. */
constexpr double kFar = 1e12;

const std::vector<std::string>& blendNames() {
  static const std::vector<std::string> names = {"normal", "add",     "subtract",   "screen",      "multiply",   "overlay",   "lighten",
                                                 "darken", "difference", "color-dodge", "color-burn", "hard-light", "soft-light"};
  return names;
}

std::shared_ptr<SharedHalves> halvesOf(Instance& instance, const FrameStore* store) {
  std::weak_ptr<SharedHalves>& known = instance.halves[store];
  if (auto halves = known.lock()) return halves;
  for (auto entry = instance.halves.begin(); entry != instance.halves.end();) {
    entry = entry->second.expired() && entry->first != store ? instance.halves.erase(entry) : std::next(entry);
  }
  auto halves = std::make_shared<SharedHalves>();
  known = halves;
  return halves;
}

LayerContent readContent(Arguments& read, Napi::Value value, const std::string& name) {
  LayerContent content;
  const Napi::Object from = read.object(value, name);
  if (!read.ok()) return content;
  const Napi::Value store = read.get(from, "store"), surface = read.get(from, "surface"), color = read.get(from, "color");
  if (!store.IsUndefined()) {
    content.store = readStore(read, store, name + ".store");
    content.filters = readFilters(read, read.get(from, "filters"), name + ".filters", content.store.get());
    if (read.ok() && !content.filters) content.halves = halvesOf(*read.env().GetInstanceData<Instance>(), content.store.get());
  } else if (!surface.IsUndefined()) {
    SurfaceObject* object = read.ok() ? SurfaceObject::from(read.env(), surface) : nullptr;
    if (object == nullptr) read.failType(name + ".surface is not a surface of this compositor");
    else if (!object->surface()) read.failType(name + ".surface is closed");
    else content.surface = object->surface();
  } else {
    const YuvColor yuv = readColor(read, color, name + ".color", true);
    const int width = read.integer(read.get(from, "width"), name + ".width", 1, 16384);
    const int height = read.integer(read.get(from, "height"), name + ".height", 1, 16384);
    if (read.ok()) content.color = std::make_shared<ColorFrame>(yuv, width, height);
  }
  return content;
}

}  // namespace

std::shared_ptr<FrameStore> readStore(Arguments& read, Napi::Value value, const std::string& name) {
  FrameStoreObject* object = read.ok() ? FrameStoreObject::from(read.env(), value) : nullptr;
  if (object == nullptr) {
    read.failType(name + " is not a frame store of this compositor");
    return nullptr;
  }
  if (!object->store()) read.failType(name + " is closed");
  return object->store();
}

RgbColor readRgb(Arguments& read, Napi::Value value, const std::string& name) {
  const std::string text = read.text(value, name);
  if (!read.ok()) return {};
  if (text.size() != 7 || text[0] != '#' || text.find_first_not_of("0123456789abcdefABCDEF", 1) != std::string::npos) {
    read.fail(name + " is \"" + text.substr(0, 40) + "\", not a colour like #rrggbb");
    return {};
  }
  const auto part = [&](size_t at) { return static_cast<float>(std::strtol(text.substr(at, 2).c_str(), nullptr, 16)) / 255; };
  return {part(1), part(3), part(5)};
}

YuvColor readColor(Arguments& read, Napi::Value value, const std::string& name, bool alpha) {
  const std::string text = read.text(value, name);
  if (!read.ok()) return {};
  const bool right = text[0] == '#' && (text.size() == 7 || (alpha && text.size() == 9)) &&
                     text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
  if (!right) {
    read.fail(name + " is \"" + text.substr(0, 40) + "\", not a colour like #rrggbb" + (alpha ? " or #rrggbbaa" : ""));
    return {};
  }
  const auto part = [&](size_t at) { return std::strtol(text.substr(at, 2).c_str(), nullptr, 16) / 255.0; };
  const double r = part(1), g = part(3), b = part(5), luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const auto byte = [](double sample) { return static_cast<uint8_t>(std::lround(sample)); };
  YuvColor color;
  color.y = byte(16 + 219 * luma);
  color.u = byte(128 + 224 * (b - luma) / 1.8556);
  color.v = byte(128 + 224 * (r - luma) / 1.5748);
  if (text.size() == 9) color.a = byte(part(7) * 255);
  return color;
}

std::unique_ptr<Layer> readLayer(Arguments& read, Napi::Value value, const std::string& name) {
  const Napi::Object from = read.object(value, name);
  if (!read.ok()) return nullptr;
  LayerContent content = readContent(read, read.get(from, "content"), name + ".content");
  Geometry geometry;
  const Napi::Value crop = read.get(from, "crop");
  if (read.ok() && !crop.IsUndefined()) {
    const Napi::Object sides = read.object(crop, name + ".crop");
    const auto side = [&](const char* which) { return read.ok() ? read.integer(read.get(sides, which), name + ".crop." + which, 0, 1 << 20) : 0; };
    geometry.crop = {side("left"), side("top"), side("right"), side("bottom")};
  }
  const Napi::Array transform = read.array(read.get(from, "transform"), name + ".transform");
  if (!read.ok()) return nullptr;
  double* const entries[6] = {&geometry.transform.a, &geometry.transform.b, &geometry.transform.c,
                              &geometry.transform.d, &geometry.transform.e, &geometry.transform.f};
  for (uint32_t i = 0; i < 6; i++) *entries[i] = read.number(read.at(transform, i), name + ".transform[" + std::to_string(i) + "]", -kFar, kFar);
  Laying laying;
  laying.opacity = read.number(read.get(from, "opacity"), name + ".opacity", 0, 1);
  laying.blend = static_cast<BlendMode>(read.choice(read.get(from, "blend"), name + ".blend", blendNames()));
  const Napi::Value light = read.get(from, "light");
  if (read.ok() && !light.IsUndefined()) laying.linear = read.choice(light, name + ".light", {"video", "linear"}) == 1;
  geometry.nearest = read.choice(read.get(from, "sampling"), name + ".sampling", {"smooth", "nearest"}) == 1;
  if (!read.ok()) return nullptr;
  return std::make_unique<Layer>(std::move(content), geometry, laying);
}

Mixing readMixing(Arguments& read, Napi::Value value) {
  Mixing mixing;
  const Napi::Object from = read.object(value, "mixing");
  if (!read.ok()) return mixing;
  mixing.kind = static_cast<MixingKind>(read.choice(read.get(from, "kind"), "mixing.kind", {"fade", "slide", "push", "wipe"}));
  mixing.progress = read.number(read.get(from, "progress"), "mixing.progress", 0, 1);
  if (mixing.kind == MixingKind::fade) {
    const Napi::Value through = read.get(from, "through");
    mixing.hasThrough = read.ok() && !through.IsUndefined();
    if (mixing.hasThrough) mixing.through = readColor(read, through, "mixing.through", false);
    return mixing;
  }
  mixing.direction = static_cast<Direction>(read.choice(read.get(from, "direction"), "mixing.direction", {"left", "right", "up", "down"}));
  if (mixing.kind != MixingKind::wipe) return mixing;
  mixing.softness = read.number(read.get(from, "softness"), "mixing.softness", 0, 1);
  const Napi::Value map = read.get(from, "map");
  if (read.ok() && !map.IsUndefined()) mixing.map = readStore(read, map, "mixing.map");
  return mixing;
}

Target readFrame(Arguments& read, Napi::Value value, const std::string& name, int width, int height) {
  Target target;
  const Napi::Object from = read.object(value, name);
  if (!read.ok()) return target;
  target.width = read.integer(read.get(from, "width"), name + ".width", 1, kMaxSide);
  target.height = read.integer(read.get(from, "height"), name + ".height", 1, kMaxSide);
  if (read.ok() && width > 0 && (target.width != width || target.height != height)) {
    read.fail(name + " is " + std::to_string(target.width) + " x " + std::to_string(target.height) + ", the surface " + std::to_string(width) + " x " +
              std::to_string(height));
  }
  const Napi::Array planes = read.array(read.get(from, "planes"), name + ".planes"), strides = read.array(read.get(from, "strides"), name + ".strides");
  if (!read.ok()) return target;
  const int halfWidth = chromaOf(target.width), halfHeight = chromaOf(target.height);
  Arguments::Plane held[3];
  for (uint32_t i = 0; i < 3; i++) held[i] = {read.at(planes, i), read.at(strides, i)};
  target.y = read.plane(held[0], name + ".planes[0]", target.width, target.height, target.strideY);
  target.u = read.plane(held[1], name + ".planes[1]", halfWidth, halfHeight, target.strideU);
  target.v = read.plane(held[2], name + ".planes[2]", halfWidth, halfHeight, target.strideV);
  return target;
}

std::shared_ptr<FilterChain> readFilters(Arguments& read, Napi::Value value, const std::string& name, const void* owner) {
  if (!read.ok() || value.IsUndefined()) return nullptr;
  const Napi::Array list = read.array(value, name);
  if (!read.ok() || list.Length() == 0) return nullptr;
  if (list.Length() > kMaxFilters) {
    read.fail(name + " are " + std::to_string(list.Length()) + ": " + std::to_string(kMaxFilters) + " are possible");
    return nullptr;
  }
  Instance& instance = *read.env().GetInstanceData<Instance>();
  const Napi::Object json = read.env().Global().Get("JSON").As<Napi::Object>();
  const Napi::Value written = json.Get("stringify").As<Napi::Function>().Call(json, {list});
  const std::string key = std::to_string(reinterpret_cast<uintptr_t>(owner)) + read.text(written, name);
  if (!read.ok()) return nullptr;
  for (auto entry = instance.chains.begin(); entry != instance.chains.end();) {
    entry = entry->second.expired() ? instance.chains.erase(entry) : std::next(entry);
  }
  if (const auto known = instance.chains.find(key); known != instance.chains.end()) return known->second.lock();
  std::vector<std::unique_ptr<Filter>> filters;
  for (uint32_t i = 0; i < list.Length(); i++) {
    const std::string which = name + "[" + std::to_string(i) + "]";
    const Napi::Object settings = read.object(read.at(list, i), which);
    if (!read.ok()) return nullptr;
    const std::string kind = read.text(read.get(settings, "kind"), which + ".kind");
    if (read.ok()) filters.push_back(makeFilter(kind, settings, read));
    if (!read.ok()) return nullptr;
  }
  auto chain = std::make_shared<FilterChain>(std::move(filters));
  instance.chains[key] = chain;
  return chain;
}

}  // namespace ami
