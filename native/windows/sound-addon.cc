#include "sound-addon.h"

#include <objbase.h>

#include <thread>

#include "sound-thread.h"

namespace windows {

namespace {

/** A call of JavaScript that may come from any thread: at most one waits. */
SoundThread::OnChange teller(Napi::Env env, const Napi::Value& listener) {
  auto tell = Napi::ThreadSafeFunction::New(env, listener.As<Napi::Function>(), "sound", 1, 1);
  tell.Unref(env);
  return [tell, open = true](bool ended) mutable {
    if (!open) return;
    // Where the runtime is going down it has let go of us already.
    const bool closing = tell.NonBlockingCall() == napi_closing;
    if (ended && !closing) tell.Release();
    open = !ended && !closing;
  };
}

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
    input_ = std::make_shared<SoundInput>(info[0].As<Napi::Boolean>().Value(), info[1].As<Napi::String>().Utf8Value(), std::move(store), teller(env, info[3]));
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
    output_ = std::make_shared<SoundOutput>(info[0].As<Napi::String>().Utf8Value(), teller(env, info[1]));
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
  auto done = Napi::ThreadSafeFunction::New(env, info[1].As<Napi::Function>(), "sound-devices", 1, 1);
  std::thread([done, flow = info[0].As<Napi::Boolean>().Value() ? eRender : eCapture]() mutable {
    const bool com = SUCCEEDED(CoInitializeEx(nullptr, COINIT_MULTITHREADED));
    auto* devices = new std::vector<SoundDevice>(listSoundDevices(flow));
    if (com) CoUninitialize();
    const napi_status status = done.NonBlockingCall(devices, [](Napi::Env env, Napi::Function call, std::vector<SoundDevice>* devices) {
      const std::unique_ptr<std::vector<SoundDevice>> owned(devices);
      if (env == nullptr || call == nullptr) return;
      Napi::Array told = Napi::Array::New(env, owned->size());
      for (size_t index = 0; index < owned->size(); index++) {
        Napi::Object device = Napi::Object::New(env);
        device.Set("id", (*owned)[index].id);
        device.Set("name", (*owned)[index].name);
        told.Set(static_cast<uint32_t>(index), device);
      }
      call.Call({told});
    });
    if (status != napi_ok) delete devices;
    if (status != napi_closing) done.Release();
  }).detach();
}

}  // namespace

void addSound(Napi::Env env, Napi::Object& exports) {
  exports.Set("SoundInput", SoundInputObject::define(env));
  exports.Set("SoundOutput", SoundOutputObject::define(env));
  exports.Set("listSoundDevices", Napi::Function::New(env, list));
}

}  // namespace windows
