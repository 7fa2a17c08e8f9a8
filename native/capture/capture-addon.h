#pragma once
// What every system's addon for captures offers to JavaScript: `CaptureAddon` of sources/capture/native-capturer.ts.
#include <napi.h>

#include <string>
#include <thread>

#include "capture-thread.h"
#include "device-list.h"
#include "javascript/listener.h"
#include "javascript/options.h"

namespace ami {

/** What a system's addon has to bring along. */
using MakeCapture = std::shared_ptr<CaptureThread> (*)(const CaptureOrder&, std::unique_ptr<FrameStore>, CaptureThread::OnChange);
/** May block while the system hangs. */
using ListDevices = DeviceList (*)(const std::string& server);
using ReadActiveWindow = ActiveWindow (*)(const std::string& server);

/** Numbers were checked against the kinds' schemas; what still makes no sense is bent, not trusted. */
inline CaptureOrder readOrder(const Napi::Object& from) {
  const auto flag = [&](const char* name) {
    const Napi::Value value = from.Get(name);
    return value.IsBoolean() && value.As<Napi::Boolean>().Value();
  };
  const auto pixels = [&](const char* name) { return static_cast<int>(numberOf(from, name, -65536, 65536, 0)); };
  CaptureOrder order;
  order.server = textOf(from, "server");
  order.authority = textOf(from, "authority");
  const std::string kind = textOf(from, "kind");
  order.kind = kind == "window" ? CaptureOrder::Kind::window : kind == "region" ? CaptureOrder::Kind::region : CaptureOrder::Kind::display;
  order.device = textOf(from, "device");
  order.match = textOf(from, "match") == "class" ? WindowMatch::className : WindowMatch::title;
  if (order.kind == CaptureOrder::Kind::region) order.region = {pixels("x"), pixels("y"), pixels("width"), pixels("height")};
  order.cursor = flag("cursor");
  order.periodUs = numberOf(from, "periodUs", 1000, 1e7, order.periodUs);
  order.originUs = static_cast<int64_t>(numberOf(from, "originUs", 0, 9e15, 0));
  order.resting = flag("resting");
  return order;
}

inline const char* wordOf(CaptureReport::State state) {
  switch (state) {
    case CaptureReport::State::starting: return "starting";
    case CaptureReport::State::running: return "running";
    case CaptureReport::State::waiting: return "waiting";
    case CaptureReport::State::failed: break;
  }
  return "failed";
}

/** A capture in JavaScript: `new Capture(order, storeAddress, onChange)`. */
template <MakeCapture make>
class CaptureObject : public Napi::ObjectWrap<CaptureObject<make>> {
 public:
  static Napi::Function define(Napi::Env env) {
    using Self = CaptureObject<make>;
    return Self::DefineClass(env, "Capture",
                             {Self::InstanceMethod("update", &Self::update), Self::InstanceMethod("report", &Self::report),
                              Self::InstanceMethod("statistics", &Self::statistics), Self::InstanceMethod("stop", &Self::stop)});
  }

  explicit CaptureObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<CaptureObject<make>>(info) {
    const Napi::Env env = info.Env();
    if (info.Length() < 3 || !info[0].IsObject() || !info[1].IsString() || !info[2].IsFunction()) {
      Napi::TypeError::New(env, "new Capture(order, storeAddress, onChange)").ThrowAsJavaScriptException();
      return;
    }
    std::string error;
    auto store = FrameStore::open(info[1].As<Napi::String>().Utf8Value(), error);
    if (!store) {
      Napi::Error::New(env, error).ThrowAsJavaScriptException();
      return;
    }
    capture_ = make(readOrder(info[0].As<Napi::Object>()), std::move(store), noticeTo(env, info[2].As<Napi::Function>(), "capture"));
    capture_->begin();
  }

  ~CaptureObject() override {
    if (capture_) capture_->stop();
  }

 private:
  void update(const Napi::CallbackInfo& info) {
    if (capture_ && info.Length() > 0 && info[0].IsObject()) capture_->update(readOrder(info[0].As<Napi::Object>()));
  }

  Napi::Value report(const Napi::CallbackInfo& info) {
    const CaptureReport report = capture_ ? capture_->report() : CaptureReport{};
    const bool ended = !capture_ || capture_->ended();
    // What it owns is released now, not when JavaScript collects this object.
    if (ended) capture_.reset();
    Napi::Object told = Napi::Object::New(info.Env());
    told.Set("state", wordOf(report.state));
    told.Set("reason", report.reason);
    told.Set("detail", report.detail);
    told.Set("device", report.device);
    told.Set("name", report.name);
    told.Set("width", report.width);
    told.Set("height", report.height);
    told.Set("hidden", report.hidden);
    told.Set("ended", ended);
    return told;
  }

  Napi::Value statistics(const Napi::CallbackInfo& info) {
    const CaptureStatistics statistics = capture_ ? capture_->statistics() : CaptureStatistics{};
    Napi::Object told = Napi::Object::New(info.Env());
    told.Set("frames", static_cast<double>(statistics.frames));
    told.Set("rows", static_cast<double>(statistics.rows));
    told.Set("tookUs", static_cast<double>(statistics.tookUs));
    told.Set("longestUs", static_cast<double>(statistics.longestUs));
    told.Set("cpuUs", static_cast<double>(statistics.cpuUs));
    told.Set("awaitingUs", static_cast<double>(statistics.awaitingUs));
    return told;
  }

  void stop(const Napi::CallbackInfo&) {
    if (capture_) capture_->stop();
  }

  std::shared_ptr<CaptureThread> capture_;
};

inline Napi::Value displaysOf(Napi::Env env, const DeviceList& list) {
  Napi::Array displays = Napi::Array::New(env, list.displays.size());
  for (size_t index = 0; index < list.displays.size(); index++) {
    const DisplayInfo& from = list.displays[index];
    Napi::Object display = Napi::Object::New(env);
    display.Set("id", from.id);
    display.Set("name", from.name);
    display.Set("x", from.area.x);
    display.Set("y", from.area.y);
    display.Set("width", from.area.width);
    display.Set("height", from.area.height);
    display.Set("primary", from.primary);
    display.Set("whole", from.whole);
    displays.Set(static_cast<uint32_t>(index), display);
  }
  return displays;
}

inline Napi::Value windowsOf(Napi::Env env, const DeviceList& list) {
  Napi::Array windows = Napi::Array::New(env, list.windows.size());
  for (size_t index = 0; index < list.windows.size(); index++) {
    const WindowInfo& from = list.windows[index];
    Napi::Object window = Napi::Object::New(env);
    window.Set("id", from.id);
    window.Set("className", from.className);
    window.Set("title", from.title);
    window.Set("width", from.width);
    window.Set("height", from.height);
    window.Set("visible", from.visible);
    windows.Set(static_cast<uint32_t>(index), window);
  }
  return windows;
}

/** `listDevices(server, done)`: in a thread of its own, for a system that hangs answers never. */
template <ListDevices list>
void listDevicesFor(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 2 || !info[0].IsString() || !info[1].IsFunction()) {
    Napi::TypeError::New(env, "listDevices(server, done)").ThrowAsJavaScriptException();
    return;
  }
  const auto done = std::make_shared<Listener>(env, info[1].As<Napi::Function>(), "capture-devices");
  std::thread([done, server = info[0].As<Napi::String>().Utf8Value()] {
    done->tell([devices = list(server)](Napi::Env env, Napi::Object told) {
      told.Set("rejection", devices.rejection);
      told.Set("displays", displaysOf(env, devices));
      told.Set("windows", windowsOf(env, devices));
    });
  }).detach();
}

/** `activeWindow(server, done)`: like `listDevices`. */
template <ReadActiveWindow read>
void activeWindowFor(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 2 || !info[0].IsString() || !info[1].IsFunction()) {
    Napi::TypeError::New(env, "activeWindow(server, done)").ThrowAsJavaScriptException();
    return;
  }
  const auto done = std::make_shared<Listener>(env, info[1].As<Napi::Function>(), "active-window");
  std::thread([done, server = info[0].As<Napi::String>().Utf8Value()] {
    done->tell([window = read(server)](Napi::Env, Napi::Object told) {
      told.Set("rejection", window.rejection);
      told.Set("className", window.className);
      told.Set("title", window.title);
    });
  }).detach();
}

template <MakeCapture make, ListDevices list, ReadActiveWindow active>
Napi::Object captureAddon(Napi::Env env, Napi::Object exports) {
  exports.Set("Capture", CaptureObject<make>::define(env));
  exports.Set("listDevices", Napi::Function::New(env, listDevicesFor<list>));
  exports.Set("activeWindow", Napi::Function::New(env, activeWindowFor<active>));
  return exports;
}

}  // namespace ami
