// What src-main/studio/native/compositor.ts and media-stores.ts describe.
#include <napi.h>

#include "arguments.h"
#include "classes.h"
#include "frame-store-object.h"
#include "sound-store-object.h"

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
  return wrapped(info.Env(), info.Env().GetInstanceData<Classes>()->frameStore, std::move(store), error);
}

Napi::Value openFrameStore(const Napi::CallbackInfo& info) {
  Arguments read(info.Env());
  const std::string address = read.text(info[0], "address");
  if (!read.ok()) return info.Env().Undefined();
  std::string error;
  auto store = FrameStore::open(address, error);
  return wrapped(info.Env(), info.Env().GetInstanceData<Classes>()->frameStore, std::move(store), error);
}

Napi::Value createSoundStore(const Napi::CallbackInfo& info) {
  Arguments read(info.Env());
  const int rate = read.integer(info[0], "sampleRate", SoundStore::kMinRate, SoundStore::kMaxRate);
  if (!read.ok()) return info.Env().Undefined();
  std::string error;
  auto store = SoundStore::create(rate, error);
  return wrapped(info.Env(), info.Env().GetInstanceData<Classes>()->soundStore, std::move(store), error);
}

Napi::Value openSoundStore(const Napi::CallbackInfo& info) {
  Arguments read(info.Env());
  const std::string address = read.text(info[0], "address");
  if (!read.ok()) return info.Env().Undefined();
  std::string error;
  auto store = SoundStore::open(address, error);
  return wrapped(info.Env(), info.Env().GetInstanceData<Classes>()->soundStore, std::move(store), error);
}

Napi::Value clockUs(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), static_cast<double>(nowUs())); }

Napi::Object init(Napi::Env env, Napi::Object exports) {
  auto* classes = new Classes;
  classes->frameStore = Napi::Persistent(FrameStoreObject::define(env));
  classes->soundStore = Napi::Persistent(SoundStoreObject::define(env));
  env.SetInstanceData(classes);
  exports.Set("createFrameStore", Napi::Function::New<createFrameStore>(env));
  exports.Set("openFrameStore", Napi::Function::New<openFrameStore>(env));
  exports.Set("createSoundStore", Napi::Function::New<createSoundStore>(env));
  exports.Set("openSoundStore", Napi::Function::New<openSoundStore>(env));
  exports.Set("nowUs", Napi::Function::New<clockUs>(env));
  return exports;
}

}  // namespace
}  // namespace ami

static Napi::Object initAddon(Napi::Env env, Napi::Object exports) { return ami::init(env, exports); }
NODE_API_MODULE(compositor, initAddon)
