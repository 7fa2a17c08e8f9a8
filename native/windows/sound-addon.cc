#include "sound-addon.h"

#include <objbase.h>

#include <thread>

#include "javascript/listener.h"
#include "sound-thread.h"

namespace windows {

namespace {

Napi::Value toValue(Napi::Env env, const SoundReport& report) {
  Napi::Object told = Napi::Object::New(env);
  told.Set("state", report.state);
  told.Set("reason", report.reason);
  told.Set("detail", report.detail);
  told.Set("name", report.name);
  return told;
}

/** `new SoundInput(speaker, device, storeAddress, onChange)`. */
class SoundInputObject : public Napi::ObjectWrap<SoundInputObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "SoundInput", {InstanceMethod<&SoundInputObject::report>("report"), InstanceMethod<&SoundInputObject::stop>("stop")});
  }

  explicit SoundInputObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SoundInputObject>(info) {
    const Napi::Env env = info.Env();
    if (info.Length() < 4 || !info[0].IsBoolean() || !info[1].IsString() || !info[2].IsString() || !info[3].IsFunction()) {
      Napi::TypeError::New(env, "new SoundInput(speaker, device, storeAddress, onChange)").ThrowAsJavaScriptException();
      return;
    }
    std::string error;
    auto store = ami::SoundStore::open(info[2].As<Napi::String>().Utf8Value(), error);
    if (!store) {
      Napi::Error::New(env, error).ThrowAsJavaScriptException();
      return;
    }
    input_ = std::make_shared<SoundInput>(info[0].As<Napi::Boolean>().Value(), info[1].As<Napi::String>().Utf8Value(), std::move(store), ami::noticeTo(env, info[3].As<Napi::Function>(), "sound"));
    input_->begin();
  }
  ~SoundInputObject() override {
    if (input_) input_->stop();
  }

 private:
  Napi::Value report(const Napi::CallbackInfo& info) { return toValue(info.Env(), input_->report()); }
  void stop(const Napi::CallbackInfo&) { input_->stop(); }

  std::shared_ptr<SoundInput> input_;
};

/** `new SoundOutput(device, onChange)`. */
class SoundOutputObject : public Napi::ObjectWrap<SoundOutputObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "SoundOutput",
                       {InstanceMethod<&SoundOutputObject::write>("write"), InstanceMethod<&SoundOutputObject::report>("report"),
                        InstanceMethod<&SoundOutputObject::statistics>("statistics"), InstanceMethod<&SoundOutputObject::stop>("stop")});
  }

  explicit SoundOutputObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SoundOutputObject>(info) {
    const Napi::Env env = info.Env();
    if (info.Length() < 2 || !info[0].IsString() || !info[1].IsFunction()) {
      Napi::TypeError::New(env, "new SoundOutput(device, onChange)").ThrowAsJavaScriptException();
      return;
    }
    output_ = std::make_shared<SoundOutput>(info[0].As<Napi::String>().Utf8Value(), ami::noticeTo(env, info[1].As<Napi::Function>(), "sound"));
    output_->begin();
  }
  ~SoundOutputObject() override {
    if (output_) output_->stop();
  }

 private:
  void write(const Napi::CallbackInfo& info) {
    if (info.Length() == 0 || !info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) return;
    const auto samples = info[0].As<Napi::Float32Array>();
    output_->write(samples.Data(), samples.ElementLength() / 2);
  }
  Napi::Value report(const Napi::CallbackInfo& info) { return toValue(info.Env(), output_->report()); }
  Napi::Value statistics(const Napi::CallbackInfo& info) {
    const SoundOutput::Figures figures = output_->figures();
    Napi::Object told = Napi::Object::New(info.Env());
    told.Set("queuedMs", figures.queuedMs);
    told.Set("underruns", figures.underruns);
    told.Set("droppedFrames", figures.droppedFrames);
    return told;
  }
  void stop(const Napi::CallbackInfo&) { output_->stop(); }

  std::shared_ptr<SoundOutput> output_;
};

/** `listSoundDevices(speakers, done)`: in a thread of its own, for COM may wait. */
void list(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 2 || !info[0].IsBoolean() || !info[1].IsFunction()) {
    Napi::TypeError::New(env, "listSoundDevices(speakers, done)").ThrowAsJavaScriptException();
    return;
  }
  const auto done = std::make_shared<ami::Listener>(env, info[1].As<Napi::Function>(), "sound-devices");
  std::thread([done, flow = info[0].As<Napi::Boolean>().Value() ? eRender : eCapture] {
    const bool com = SUCCEEDED(CoInitializeEx(nullptr, COINIT_MULTITHREADED));
    done->tell([devices = listSoundDevices(flow)](Napi::Env env, Napi::Object told) {
      Napi::Array list = Napi::Array::New(env, devices.size());
      for (size_t index = 0; index < devices.size(); index++) {
        Napi::Object device = Napi::Object::New(env);
        device.Set("id", devices[index].id);
        device.Set("name", devices[index].name);
        list.Set(static_cast<uint32_t>(index), device);
      }
      told.Set("devices", list);
    });
    if (com) CoUninitialize();
  }).detach();
}

}  // namespace

void addSound(Napi::Env env, Napi::Object& exports) {
  exports.Set("SoundInput", SoundInputObject::define(env));
  exports.Set("SoundOutput", SoundOutputObject::define(env));
  exports.Set("listSoundDevices", Napi::Function::New(env, list));
}

}  // namespace windows
