// The addon's face: what src-main/media/worker/native/pipewire.ts describes, and `DesktopView` of desktop/worker/desktop-addon.ts. Every call returns at once.
#include <napi.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>

#include "desktop-view.h"
#include "desktop/desktop-view-object.h"
#include "javascript/listener.h"
#include "javascript/options.h"
#include "javascript/reject.h"
#include "video-input.h"
#include "video-output.h"
#include "pipewire-loop.h"
#include "session.h"
#include "audio-input.h"
#include "audio-output.h"

namespace ami::pipewire {

namespace {

/** Pixels; 0 where it is not said. */
int sideOf(const Napi::Object& options, const char* key) { return static_cast<int>(numberOf(options, key, 0, kMaxSide + 1, 0)); }

void fail(Napi::Env env, const std::string& what) { reject<Napi::Error>(env, what); }

Napi::Value toValue(Napi::Env env, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return Napi::String::New(env, *text);
  if (const auto* number = std::get_if<double>(&value)) return Napi::Number::New(env, *number);
  if (const auto* flag = std::get_if<bool>(&value)) return Napi::Boolean::New(env, *flag);
  const Napi::Object properties = Napi::Object::New(env);
  for (const auto& [key, text] : std::get<Properties>(value)) properties.Set(key, text);
  return properties;
}

void tellMessage(Listener& listener, Message message) {
  listener.tell([message = std::move(message)](Napi::Env env, Napi::Object object) {
    for (const auto& [name, value] : message) object.Set(name, toValue(env, value));
  });
}

/** What a JavaScript object owns of an object that lives on the loop's thread. */
template <typename Work>
class Held {
 public:
  Held(std::shared_ptr<Loop> loop, std::shared_ptr<Listener> listener) : loop_(std::move(loop)), listener_(std::move(listener)) {}
  ~Held() { close(); }

  template <typename Make>
  void open(Make make) {
    work_ = make(*loop_, Tell([listener = listener_](Message message) { tellMessage(*listener, std::move(message)); }));
    loop_->post([work = work_] { work->open(); });
  }

  void close() {
    if (!work_) return;
    listener_->mute();
    loop_->post([work = std::move(work_)] { work->close(); });
    work_ = nullptr;
    loop_ = nullptr;
  }

  template <typename Task>
  void post(Task task) {
    if (work_) loop_->post([work = work_, task = std::move(task)] { task(*work); });
  }

  Work* work() const { return work_.get(); }

 private:
  std::shared_ptr<Loop> loop_;
  std::shared_ptr<Listener> listener_;
  std::shared_ptr<Work> work_;
};

/** Arguments `(options, listener)` of every class, or null with an exception pending. */
template <typename Work>
std::unique_ptr<Held<Work>> hold(const Napi::CallbackInfo& info) {
  if (info.Length() < 2 || !info[0].IsObject() || !info[1].IsFunction()) {
    fail(info.Env(), "expected (options, listener)");
    return nullptr;
  }
  std::string error;
  auto loop = Loop::shared(error);
  if (!loop) {
    fail(info.Env(), error);
    return nullptr;
  }
  return std::make_unique<Held<Work>>(std::move(loop), std::make_shared<Listener>(info.Env(), info[1].As<Napi::Function>(), "pipewire"));
}

class JsSession : public Napi::ObjectWrap<JsSession> {
 public:
  static Napi::Function define(Napi::Env env) { return DefineClass(env, "Session", {InstanceMethod("close", &JsSession::close)}); }

  explicit JsSession(const Napi::CallbackInfo& info) : Napi::ObjectWrap<JsSession>(info), held_(hold<Session>(info)) {
    if (!held_) return;
    const std::string server = textOf(info[0].As<Napi::Object>(), "server");
    held_->open([&](Loop& loop, Tell tell) { return std::make_shared<Session>(loop.remote(server), std::move(tell)); });
  }

 private:
  void close(const Napi::CallbackInfo&) { held_->close(); }
  std::unique_ptr<Held<Session>> held_;
};

class JsAudioInput : public Napi::ObjectWrap<JsAudioInput> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "AudioInput", {InstanceMethod("setNodes", &JsAudioInput::setNodes), InstanceMethod("close", &JsAudioInput::close)});
  }

  explicit JsAudioInput(const Napi::CallbackInfo& info) : Napi::ObjectWrap<JsAudioInput>(info), held_(hold<AudioInput>(info)) {
    if (!held_) return;
    const Napi::Object given = info[0].As<Napi::Object>();
    std::string error;
    std::shared_ptr<AudioStore> store = AudioStore::open(textOf(given, "store"), error);
    if (!store) {
      fail(info.Env(), error);
      return;
    }
    AudioInputOptions options{textOf(given, "name"), textOf(given, "target"), given.Get("monitor").ToBoolean(), textOf(given, "server"), given.Get("passive").ToBoolean()};
    held_->open([&](Loop& loop, Tell tell) { return std::make_shared<AudioInput>(loop, std::move(options), std::move(store), std::move(tell)); });
  }

 private:
  void setNodes(const Napi::CallbackInfo& info) {
    if (!info[0].IsArray()) return fail(info.Env(), "nodes are a list of numbers");
    std::set<uint32_t> nodes;
    const Napi::Array given = info[0].As<Napi::Array>();
    for (uint32_t index = 0; index < given.Length(); index++) {
      const Napi::Value node = given.Get(index);
      if (!node.IsNumber()) return fail(info.Env(), "nodes are a list of numbers");
      nodes.insert(node.As<Napi::Number>().Uint32Value());
    }
    held_->post([nodes = std::move(nodes)](AudioInput& input) { input.setNodes(nodes); });
  }
  void close(const Napi::CallbackInfo&) { held_->close(); }
  std::unique_ptr<Held<AudioInput>> held_;
};

class JsAudioOutput : public Napi::ObjectWrap<JsAudioOutput> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "AudioOutput",
                       {InstanceMethod("write", &JsAudioOutput::write), InstanceMethod("statistics", &JsAudioOutput::statistics),
                        InstanceMethod("close", &JsAudioOutput::close)});
  }

  explicit JsAudioOutput(const Napi::CallbackInfo& info) : Napi::ObjectWrap<JsAudioOutput>(info), held_(hold<AudioOutput>(info)) {
    if (!held_) return;
    const Napi::Object given = info[0].As<Napi::Object>();
    AudioOutputOptions options{textOf(given, "name"), textOf(given, "target"), static_cast<int>(numberOf(given, "sampleRate", AudioStore::kMinRate, AudioStore::kMaxRate, 48'000)),
                               textOf(given, "microphone")};
    held_->open([&](Loop& loop, Tell tell) { return std::make_shared<AudioOutput>(loop, std::move(options), std::move(tell)); });
  }

 private:
  void write(const Napi::CallbackInfo& info) {
    if (!info[0].IsTypedArray() || held_->work() == nullptr) return;
    const Napi::TypedArray given = info[0].As<Napi::TypedArray>();
    if (given.TypedArrayType() != napi_float32_array) return fail(info.Env(), "audio is a Float32Array");
    const Napi::Float32Array samples = given.As<Napi::Float32Array>();
    held_->work()->write(samples.Data(), samples.ElementLength() / 2);
  }
  Napi::Value statistics(const Napi::CallbackInfo& info) {
    const auto told = held_->work() == nullptr ? AudioOutput::Statistics{} : held_->work()->statistics();
    const Napi::Object result = Napi::Object::New(info.Env());
    result.Set("queuedMs", told.queuedMs);
    result.Set("underruns", told.underruns);
    result.Set("droppedFrames", static_cast<double>(told.droppedFrames));
    return result;
  }
  void close(const Napi::CallbackInfo&) { held_->close(); }
  std::unique_ptr<Held<AudioOutput>> held_;
};

class JsVideoInput : public Napi::ObjectWrap<JsVideoInput> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "VideoInput",
                       {InstanceMethod("setShown", &JsVideoInput::setShown), InstanceMethod("statistics", &JsVideoInput::statistics),
                        InstanceMethod("close", &JsVideoInput::close)});
  }

  explicit JsVideoInput(const Napi::CallbackInfo& info) : Napi::ObjectWrap<JsVideoInput>(info), held_(hold<VideoInput>(info)) {
    if (!held_) return;
    const Napi::Object given = info[0].As<Napi::Object>();
    VideoInputOptions options;
    options.name = textOf(given, "name");
    options.target = textOf(given, "target");
    options.node = static_cast<uint32_t>(numberOf(given, "node", 0, PW_ID_ANY, PW_ID_ANY));
    options.fd = static_cast<int>(numberOf(given, "fd", -1, INT32_MAX, -1));
    options.width = std::min(sideOf(given, "width"), kMaxSide);
    options.height = std::min(sideOf(given, "height"), kMaxSide);
    options.rate = numberOf(given, "rate", 0, 1000, 0);
    std::string error;
    std::shared_ptr<FrameStore> store = FrameStore::open(textOf(given, "store"), error);
    if (!store) {
      if (options.fd >= 0) ::close(options.fd);
      fail(info.Env(), error);
      return;
    }
    held_->open([&](Loop& loop, Tell tell) { return std::make_shared<VideoInput>(loop, std::move(options), std::move(store), std::move(tell)); });
  }

 private:
  void setShown(const Napi::CallbackInfo& info) {
    if (held_->work() != nullptr) held_->work()->setShown(info[0].ToBoolean());
  }
  Napi::Value statistics(const Napi::CallbackInfo& info) {
    const auto told = held_->work() == nullptr ? VideoInput::Statistics{} : held_->work()->statistics();
    const Napi::Object result = Napi::Object::New(info.Env());
    result.Set("frames", static_cast<double>(told.frames));
    result.Set("dropped", static_cast<double>(told.dropped));
    return result;
  }
  void close(const Napi::CallbackInfo&) { held_->close(); }
  std::unique_ptr<Held<VideoInput>> held_;
};

class JsVideoOutput : public Napi::ObjectWrap<JsVideoOutput> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "VideoOutput",
                       {InstanceMethod("setStore", &JsVideoOutput::setStore), InstanceMethod("statistics", &JsVideoOutput::statistics),
                        InstanceMethod("close", &JsVideoOutput::close)});
  }

  explicit JsVideoOutput(const Napi::CallbackInfo& info) : Napi::ObjectWrap<JsVideoOutput>(info), held_(hold<VideoOutput>(info)) {
    if (!held_) return;
    const Napi::Object given = info[0].As<Napi::Object>();
    VideoOutputOptions options;
    options.node = textOf(given, "node");
    options.name = textOf(given, "name");
    options.width = sideOf(given, "width");
    options.height = sideOf(given, "height");
    const auto part = [&](const char* key) { return static_cast<uint32_t>(numberOf(given, key, 0, 1e9, 0)); };
    options.rate = SPA_FRACTION(part("numerator"), part("denominator"));
    if (options.width < 1 || options.height < 1 || options.width > kMaxSide || options.height > kMaxSide || options.rate.num == 0 ||
        options.rate.denom == 0) {
      fail(info.Env(), "a camera has a size and a rate");
      return;
    }
    std::shared_ptr<FrameStore> store = openStore(info.Env(), textOf(given, "store"));
    if (!store) return;
    held_->open([&](Loop& loop, Tell tell) { return std::make_shared<VideoOutput>(loop, std::move(options), std::move(store), std::move(tell)); });
  }

 private:
  static std::shared_ptr<FrameStore> openStore(Napi::Env env, const std::string& address) {
    std::string error;
    std::shared_ptr<FrameStore> store = FrameStore::open(address, error);
    if (!store) fail(env, error);
    return store;
  }
  void setStore(const Napi::CallbackInfo& info) {
    if (!info[0].IsString()) return fail(info.Env(), "a store is named by its address");
    std::shared_ptr<FrameStore> store = openStore(info.Env(), info[0].As<Napi::String>().Utf8Value());
    if (store) held_->post([store = std::move(store)](VideoOutput& output) { output.setStore(store); });
  }
  Napi::Value statistics(const Napi::CallbackInfo& info) {
    const auto told = held_->work() == nullptr ? VideoOutput::Statistics{} : held_->work()->statistics();
    const Napi::Object result = Napi::Object::New(info.Env());
    result.Set("frames", static_cast<double>(told.frames));
    result.Set("dropped", static_cast<double>(told.dropped));
    return result;
  }
  void close(const Napi::CallbackInfo&) { held_->close(); }
  std::unique_ptr<Held<VideoOutput>> held_;
};

Napi::Object init(Napi::Env env, Napi::Object exports) {
  // Before JavaScript goes, so that nobody tells it anything afterwards.
  env.AddCleanupHook([] { Loop::haltShared(); });
  exports.Set("DesktopView", defineDesktopView<DesktopView>(env));
  exports.Set("Session", JsSession::define(env));
  exports.Set("AudioInput", JsAudioInput::define(env));
  exports.Set("AudioOutput", JsAudioOutput::define(env));
  exports.Set("VideoInput", JsVideoInput::define(env));
  exports.Set("VideoOutput", JsVideoOutput::define(env));
  return exports;
}

}  // namespace

}  // namespace ami::pipewire

static Napi::Object initPipeWire(Napi::Env env, Napi::Object exports) { return ami::pipewire::init(env, exports); }
NODE_API_MODULE(pipewire, initPipeWire)
