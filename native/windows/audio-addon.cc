#include "audio-addon.h"

#include <objbase.h>

#include <thread>

#include "javascript/listener.h"
#include "audio-thread.h"

namespace windows {

namespace {

Napi::Value toValue(Napi::Env env, const AudioReport& report) {
  Napi::Object told = Napi::Object::New(env);
  told.Set("state", report.state);
  told.Set("reason", report.reason);
  told.Set("detail", report.detail);
  told.Set("name", report.name);
  return told;
}

/** `new AudioInput(speaker, device, storeAddress, onChange)`. */
class AudioInputObject : public Napi::ObjectWrap<AudioInputObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "AudioInput", {InstanceMethod<&AudioInputObject::report>("report"), InstanceMethod<&AudioInputObject::stop>("stop")});
  }

  explicit AudioInputObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<AudioInputObject>(info) {
    const Napi::Env env = info.Env();
    if (info.Length() < 4 || !info[0].IsBoolean() || !info[1].IsString() || !info[2].IsString() || !info[3].IsFunction()) {
      Napi::TypeError::New(env, "new AudioInput(speaker, device, storeAddress, onChange)").ThrowAsJavaScriptException();
      return;
    }
    std::string error;
    auto store = ami::AudioStore::open(info[2].As<Napi::String>().Utf8Value(), error);
    if (!store) {
      Napi::Error::New(env, error).ThrowAsJavaScriptException();
      return;
    }
    input_ = std::make_shared<AudioInput>(info[0].As<Napi::Boolean>().Value(), info[1].As<Napi::String>().Utf8Value(), std::move(store), ami::noticeTo(env, info[3].As<Napi::Function>(), "audio"));
    input_->begin();
  }
  ~AudioInputObject() override {
    if (input_) input_->stop();
  }

 private:
  Napi::Value report(const Napi::CallbackInfo& info) { return toValue(info.Env(), input_->report()); }
  void stop(const Napi::CallbackInfo&) { input_->stop(); }

  std::shared_ptr<AudioInput> input_;
};

/** `new AudioOutput(device, onChange)`. */
class AudioOutputObject : public Napi::ObjectWrap<AudioOutputObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "AudioOutput",
                       {InstanceMethod<&AudioOutputObject::write>("write"), InstanceMethod<&AudioOutputObject::report>("report"),
                        InstanceMethod<&AudioOutputObject::statistics>("statistics"), InstanceMethod<&AudioOutputObject::stop>("stop")});
  }

  explicit AudioOutputObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<AudioOutputObject>(info) {
    const Napi::Env env = info.Env();
    if (info.Length() < 2 || !info[0].IsString() || !info[1].IsFunction()) {
      Napi::TypeError::New(env, "new AudioOutput(device, onChange)").ThrowAsJavaScriptException();
      return;
    }
    output_ = std::make_shared<AudioOutput>(info[0].As<Napi::String>().Utf8Value(), ami::noticeTo(env, info[1].As<Napi::Function>(), "audio"));
    output_->begin();
  }
  ~AudioOutputObject() override {
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
    const AudioOutput::Figures figures = output_->figures();
    Napi::Object told = Napi::Object::New(info.Env());
    told.Set("queuedMs", figures.queuedMs);
    told.Set("underruns", figures.underruns);
    told.Set("droppedFrames", figures.droppedFrames);
    return told;
  }
  void stop(const Napi::CallbackInfo&) { output_->stop(); }

  std::shared_ptr<AudioOutput> output_;
};

/** `listAudioDevices(speakers, done)`: in a thread of its own, for COM may wait. */
void list(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 2 || !info[0].IsBoolean() || !info[1].IsFunction()) {
    Napi::TypeError::New(env, "listAudioDevices(speakers, done)").ThrowAsJavaScriptException();
    return;
  }
  const auto done = std::make_shared<ami::Listener>(env, info[1].As<Napi::Function>(), "audio-devices");
  std::thread([done, flow = info[0].As<Napi::Boolean>().Value() ? eRender : eCapture] {
    const bool com = SUCCEEDED(CoInitializeEx(nullptr, COINIT_MULTITHREADED));
    done->tell([devices = listAudioDevices(flow)](Napi::Env env, Napi::Object told) {
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

void addAudio(Napi::Env env, Napi::Object& exports) {
  exports.Set("AudioInput", AudioInputObject::define(env));
  exports.Set("AudioOutput", AudioOutputObject::define(env));
  exports.Set("listAudioDevices", Napi::Function::New(env, list));
}

}  // namespace windows
