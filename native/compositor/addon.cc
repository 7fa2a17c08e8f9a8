// What src-main/studio/worker/compositor/compositor.ts and media-stores.ts describe.
#include <napi.h>

#include "arguments.h"
#include "descriptions.h"
#include "finished-frame.h"
#include "instance.h"
#include "frame-store-object.h"
#include "audio-store-object.h"
#include "surface-object.h"

namespace ami {
namespace {

/** Gives a store its JavaScript face; without one `error` is thrown. */
template <class Store>
Napi::Value wrapped(Napi::Env env, const Napi::FunctionReference& constructor, std::unique_ptr<Store> store, const std::string& error) {
  if (!store) {
    Napi::Error::New(env, error).ThrowAsJavaScriptException();
    return env.Undefined();
  }
  return constructor.New({Napi::External<std::unique_ptr<Store>>::New(env, &store)});
}

Napi::Value createFrameStore(const Napi::CallbackInfo& info) {
  std::string error;
  auto store = FrameStore::create(error);
  return wrapped(info.Env(), info.Env().GetInstanceData<Instance>()->frameStore, std::move(store), error);
}

Napi::Value openFrameStore(const Napi::CallbackInfo& info) {
  Arguments read(info.Env());
  const std::string address = read.text(info[0], "address");
  if (!read.ok()) return info.Env().Undefined();
  std::string error;
  auto store = FrameStore::open(address, error);
  return wrapped(info.Env(), info.Env().GetInstanceData<Instance>()->frameStore, std::move(store), error);
}

Napi::Value createAudioStore(const Napi::CallbackInfo& info) {
  Arguments read(info.Env());
  const int rate = read.integer(info[0], "sampleRate", AudioStore::kMinRate, AudioStore::kMaxRate);
  if (!read.ok()) return info.Env().Undefined();
  std::string error;
  auto store = AudioStore::create(rate, error);
  return wrapped(info.Env(), info.Env().GetInstanceData<Instance>()->audioStore, std::move(store), error);
}

Napi::Value openAudioStore(const Napi::CallbackInfo& info) {
  Arguments read(info.Env());
  const std::string address = read.text(info[0], "address");
  if (!read.ok()) return info.Env().Undefined();
  std::string error;
  auto store = AudioStore::open(address, error);
  return wrapped(info.Env(), info.Env().GetInstanceData<Instance>()->audioStore, std::move(store), error);
}

Napi::Value clockUs(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), static_cast<double>(nowUs())); }

Napi::Value createSurface(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Arguments read(env);
  const Napi::Object options = read.object(info[0], "options");
  if (!read.ok()) return env.Undefined();
  const int width = read.integer(read.get(options, "width"), "width", 1, kMaxSide), height = read.integer(read.get(options, "height"), "height", 1, kMaxSide);
  const Napi::Value background = read.get(options, "background");
  const bool opaque = read.ok() && !background.IsUndefined();
  const YuvColor color = opaque ? readColor(read, background, "background", false) : YuvColor{};
  if (!read.ok()) return env.Undefined();
  auto surface = std::make_shared<Surface>(width, height, opaque ? &color : nullptr);
  return env.GetInstanceData<Instance>()->surface.New({Napi::External<std::shared_ptr<Surface>>::New(env, &surface)});
}

/** Null after a failure. Kept by the renderer: a getter of the caller's could close it meanwhile. */
std::shared_ptr<Surface> readSurface(Arguments& read, Napi::Value value, const char* name) {
  if (!read.ok()) return nullptr;
  SurfaceObject* object = SurfaceObject::from(read.env(), value);
  if (object == nullptr) read.failType(std::string(name) + " is not a surface of this compositor");
  else if (!object->surface()) read.failType(std::string(name) + " is closed");
  return read.ok() ? object->surface() : nullptr;
}

Napi::Value render(const Napi::CallbackInfo& info) {
  Arguments read(info.Env());
  const auto surface = readSurface(read, info[0], "surface");
  if (!surface) return info.Env().Undefined();
  const Target into = readFrame(read, info[1], "into", surface->width(), surface->height());
  const double frame = read.number(info[2], "frame", -9e15, 9e15);
  if (read.ok()) surface->render(into, frame);
  return info.Env().Undefined();
}

Napi::Value renderMixed(const Napi::CallbackInfo& info) {
  Arguments read(info.Env());
  Instance& instance = *info.Env().GetInstanceData<Instance>();
  const auto from = readSurface(read, info[0], "from");
  const auto to = readSurface(read, info[1], "to");
  if (!read.ok()) return info.Env().Undefined();
  if (from->width() != to->width() || from->height() != to->height()) {
    read.fail("from is " + std::to_string(from->width()) + " x " + std::to_string(from->height()) + ", to is " + std::to_string(to->width()) + " x " +
              std::to_string(to->height()) + ": only surfaces of one size mix");
  }
  const Mixing mixing = readMixing(read, info[2]);
  std::unique_ptr<Layer> over;
  if (read.ok() && !info[5].IsUndefined()) over = readLayer(read, info[5], "over");
  if (!read.ok()) return info.Env().Undefined();
  const Target into = readFrame(read, info[3], "into", from->width(), from->height());
  const double frame = read.number(info[4], "frame", -9e15, 9e15);
  if (!read.ok()) return info.Env().Undefined();
  instance.mixer.render(*from, *to, mixing, into, frame);
  if (over) {
    if (instance.over && over->resembles(*instance.over)) over->inherit(*instance.over);
    Neighbours none;
    if (over->prepare(into.width, into.height, frame, none)) over->draw(into);
  }
  instance.over = std::move(over);
  return info.Env().Undefined();
}

Napi::Value scale(const Napi::CallbackInfo& info) {
  Arguments read(info.Env());
  const Target from = readFrame(read, info[0], "from", 0, 0), into = readFrame(read, info[1], "into", 0, 0);
  if (read.ok()) scaleFrame(info.Env().GetInstanceData<Instance>()->scaler, from, into);
  return info.Env().Undefined();
}

Napi::Value recolor(const Napi::CallbackInfo& info) {
  Arguments read(info.Env());
  const Target picture = readFrame(read, info[0], "picture", 0, 0);
  const Matrix matrix = read.choice(info[1], "colorSpace", {"bt709", "bt601"}) == 1 ? Matrix::bt601 : Matrix::bt709;
  const bool full = read.choice(info[2], "colorRange", {"limited", "full"}) == 1;
  if (read.ok()) recolorFrame(picture, matrix, full);
  return info.Env().Undefined();
}

Napi::Value toRgba(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Arguments read(env);
  const Target picture = readFrame(read, info[0], "picture", 0, 0);
  PlaneView alpha;
  if (read.ok() && !info[1].IsUndefined()) {
    const Arguments::Bytes bytes = read.bytes(info[1], "alpha");
    const size_t needed = static_cast<size_t>(picture.width) * static_cast<size_t>(picture.height);
    if (read.ok() && bytes.length < needed) read.fail("alpha holds " + std::to_string(bytes.length) + " bytes, " + std::to_string(needed) + " are needed");
    alpha = {bytes.data, picture.width};
  }
  if (!read.ok()) return env.Undefined();
  auto rgba = Napi::Buffer<uint8_t>::New(env, static_cast<size_t>(picture.width) * static_cast<size_t>(picture.height) * 4);
  frameToRgba(env.GetInstanceData<Instance>()->scaler, picture, alpha, rgba.Data());
  return rgba;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto* instance = new Instance;
  instance->frameStore = Napi::Persistent(FrameStoreObject::define(env));
  instance->audioStore = Napi::Persistent(AudioStoreObject::define(env));
  instance->surface = Napi::Persistent(SurfaceObject::define(env));
  env.SetInstanceData(instance);
  exports.Set("createFrameStore", Napi::Function::New<createFrameStore>(env));
  exports.Set("openFrameStore", Napi::Function::New<openFrameStore>(env));
  exports.Set("createAudioStore", Napi::Function::New<createAudioStore>(env));
  exports.Set("openAudioStore", Napi::Function::New<openAudioStore>(env));
  exports.Set("nowUs", Napi::Function::New<clockUs>(env));
  exports.Set("createSurface", Napi::Function::New<createSurface>(env));
  exports.Set("render", Napi::Function::New<render>(env));
  exports.Set("renderMixed", Napi::Function::New<renderMixed>(env));
  exports.Set("scale", Napi::Function::New<scale>(env));
  exports.Set("recolor", Napi::Function::New<recolor>(env));
  exports.Set("toRgba", Napi::Function::New<toRgba>(env));
  return exports;
}

}  // namespace
}  // namespace ami

static Napi::Object initAddon(Napi::Env env, Napi::Object exports) { return ami::init(env, exports); }
NODE_API_MODULE(compositor, initAddon)
