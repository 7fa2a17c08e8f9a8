#include <napi.h>

#include <thread>

#include "capture.h"
#include "device-list.h"

namespace {

using x11::Capture;
using x11::Order;
using x11::Report;

std::string textOf(const Napi::Object& from, const char* name) {
  const Napi::Value value = from.Get(name);
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

double numberOf(const Napi::Object& from, const char* name, double otherwise) {
  const Napi::Value value = from.Get(name);
  return value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : otherwise;
}

bool flagOf(const Napi::Object& from, const char* name, bool otherwise) {
  const Napi::Value value = from.Get(name);
  return value.IsBoolean() ? value.As<Napi::Boolean>().Value() : otherwise;
}

/** `CaptureOrder` of x11-addon.ts. Numbers were checked against the kinds' schemas; what still makes no sense is bent, not trusted. */
Order readOrder(const Napi::Object& from) {
  const auto pixels = [&](const char* name) { return static_cast<int>(std::clamp(numberOf(from, name, 0), -65536.0, 65536.0)); };
  Order order;
  order.server = textOf(from, "server");
  const std::string kind = textOf(from, "kind");
  order.kind = kind == "window" ? Order::Kind::window : kind == "region" ? Order::Kind::region : Order::Kind::display;
  order.device = textOf(from, "device");
  order.match = textOf(from, "match") == "class" ? x11::WindowMatch::className : x11::WindowMatch::title;
  if (order.kind == Order::Kind::region) order.region = {pixels("x"), pixels("y"), pixels("width"), pixels("height")};
  order.cursor = flagOf(from, "cursor", true);
  order.periodUs = std::clamp(numberOf(from, "periodUs", order.periodUs), 1000.0, 1e7);
  order.originUs = static_cast<int64_t>(std::clamp(numberOf(from, "originUs", 0), 0.0, 9e15));
  order.resting = flagOf(from, "resting", false);
  return order;
}

const char* wordOf(Report::State state) {
  switch (state) {
    case Report::State::starting: return "starting";
    case Report::State::running: return "running";
    case Report::State::waiting: return "waiting";
    case Report::State::failed: break;
  }
  return "failed";
}

/** A capture in JavaScript: `new Capture(order, storeAddress, onChange)`. */
class CaptureObject : public Napi::ObjectWrap<CaptureObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Capture",
                       {InstanceMethod<&CaptureObject::update>("update"), InstanceMethod<&CaptureObject::report>("report"),
                        InstanceMethod<&CaptureObject::statistics>("statistics"), InstanceMethod<&CaptureObject::stop>("stop")});
  }

  explicit CaptureObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<CaptureObject>(info) {
    const Napi::Env env = info.Env();
    if (info.Length() < 3 || !info[0].IsObject() || !info[1].IsString() || !info[2].IsFunction()) {
      Napi::TypeError::New(env, "new Capture(order, storeAddress, onChange)").ThrowAsJavaScriptException();
      return;
    }
    std::string error;
    auto store = ami::FrameStore::open(info[1].As<Napi::String>().Utf8Value(), error);
    if (!store) {
      Napi::Error::New(env, error).ThrowAsJavaScriptException();
      return;
    }
    // One call at most waits: it says that there is something to look at, not what.
    auto tell = Napi::ThreadSafeFunction::New(env, info[2].As<Napi::Function>(), "x11-capture", 1, 1);
    tell.Unref(env);
    capture_ = Capture::start(readOrder(info[0].As<Napi::Object>()), std::move(store), [tell, open = true](bool ended) mutable {
      if (!open) return;
      const napi_status status = tell.NonBlockingCall();
      // The runtime is going down: it has let go of us already.
      if (status == napi_closing) open = false;
      else if (ended) tell.Release(), open = false;
    });
  }

  ~CaptureObject() override {
    if (capture_) capture_->stop();
  }

 private:
  void update(const Napi::CallbackInfo& info) {
    if (info.Length() > 0 && info[0].IsObject()) capture_->update(readOrder(info[0].As<Napi::Object>()));
  }

  Napi::Value report(const Napi::CallbackInfo& info) {
    const Report report = capture_->report();
    Napi::Object told = Napi::Object::New(info.Env());
    told.Set("state", wordOf(report.state));
    told.Set("reason", report.reason);
    told.Set("detail", report.detail);
    told.Set("device", report.device);
    told.Set("name", report.name);
    told.Set("width", report.width);
    told.Set("height", report.height);
    told.Set("hidden", report.hidden);
    told.Set("shared", report.shared);
    told.Set("ended", capture_->ended());
    return told;
  }

  Napi::Value statistics(const Napi::CallbackInfo& info) {
    const x11::Statistics statistics = capture_->statistics();
    Napi::Object told = Napi::Object::New(info.Env());
    told.Set("pictures", static_cast<double>(statistics.pictures));
    told.Set("rows", static_cast<double>(statistics.rows));
    told.Set("tookUs", static_cast<double>(statistics.tookUs));
    told.Set("longestUs", static_cast<double>(statistics.longestUs));
    told.Set("cpuUs", static_cast<double>(statistics.cpuUs));
    told.Set("awaitingUs", static_cast<double>(statistics.awaitingUs));
    return told;
  }

  void stop(const Napi::CallbackInfo&) { capture_->stop(); }

  std::shared_ptr<Capture> capture_;
};

Napi::Value displaysOf(Napi::Env env, const x11::DeviceList& list) {
  Napi::Array displays = Napi::Array::New(env, list.displays.size());
  for (size_t index = 0; index < list.displays.size(); index++) {
    const x11::DisplayInfo& from = list.displays[index];
    Napi::Object display = Napi::Object::New(env);
    display.Set("id", from.id);
    display.Set("name", from.name);
    display.Set("x", from.area.x);
    display.Set("y", from.area.y);
    display.Set("width", from.area.width);
    display.Set("height", from.area.height);
    display.Set("screen", from.screen);
    display.Set("primary", from.primary);
    display.Set("whole", from.whole);
    displays.Set(static_cast<uint32_t>(index), display);
  }
  return displays;
}

Napi::Value windowsOf(Napi::Env env, const x11::DeviceList& list) {
  Napi::Array windows = Napi::Array::New(env, list.windows.size());
  for (size_t index = 0; index < list.windows.size(); index++) {
    const x11::WindowInfo& from = list.windows[index];
    Napi::Object window = Napi::Object::New(env);
    window.Set("id", from.id);
    window.Set("className", from.className);
    window.Set("title", from.title);
    window.Set("width", from.width);
    window.Set("height", from.height);
    window.Set("screen", from.screen);
    window.Set("visible", from.visible);
    windows.Set(static_cast<uint32_t>(index), window);
  }
  return windows;
}

/** `listDevices(server, done)`: in a thread of its own, for a server that hangs answers never. */
void listDevices(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 2 || !info[0].IsString() || !info[1].IsFunction()) {
    Napi::TypeError::New(env, "listDevices(server, done)").ThrowAsJavaScriptException();
    return;
  }
  auto done = Napi::ThreadSafeFunction::New(env, info[1].As<Napi::Function>(), "x11-devices", 1, 1);
  done.Unref(env);
  std::thread([done, server = info[0].As<Napi::String>().Utf8Value()] {
    auto* list = new x11::DeviceList(x11::listDevices(server));
    const napi_status status = done.NonBlockingCall(list, [](Napi::Env env, Napi::Function call, x11::DeviceList* list) {
      if (env != nullptr && call != nullptr) {
        Napi::Object told = Napi::Object::New(env);
        told.Set("refusal", list->refusal);
        told.Set("displays", displaysOf(env, *list));
        told.Set("windows", windowsOf(env, *list));
        call.Call({told});
      }
      delete list;
    });
    if (status != napi_ok) delete list;
    if (status != napi_closing) done.Release();
  }).detach();
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  exports.Set("Capture", CaptureObject::define(env));
  exports.Set("listDevices", Napi::Function::New(env, listDevices));
  return exports;
}

}  // namespace

NODE_API_MODULE(x11, initialise)
