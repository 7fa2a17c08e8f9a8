#pragma once
// `DesktopClipboard` in JavaScript: what desktop/worker/desktop-addon.ts describes, for every system's clipboard. Every call returns at once.
#include <napi.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "clipboard-types.h"
#include "javascript/listener.h"
#include "javascript/reject.h"

namespace ami {

/** Formats of one offer, and bytes of a name. */
inline constexpr uint32_t kMostOffered = 32;
inline constexpr size_t kMostFormatName = 200;

template <class Clipboard>
class DesktopClipboardObject : public Napi::ObjectWrap<DesktopClipboardObject<Clipboard>> {
 public:
  explicit DesktopClipboardObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<DesktopClipboardObject<Clipboard>>(info) {
    if (info.Length() < 2 || !info[0].IsString() || !info[1].IsFunction()) {
      reject<Napi::TypeError>(info.Env(), "new DesktopClipboard(server, listener)");
      return;
    }
    const auto javascript = std::make_shared<Listener>(info.Env(), info[1].As<Napi::Function>(), "desktop-clipboard");
    javascript_ = javascript;
    ClipboardListener listener;
    listener.copied = [javascript](std::vector<std::string> targets) {
      javascript->tell([targets = std::move(targets)](Napi::Env env, Napi::Object event) {
        event.Set("kind", "copied");
        const Napi::Array list = Napi::Array::New(env, targets.size());
        for (uint32_t index = 0; index < targets.size(); index++) list.Set(index, targets[index]);
        event.Set("targets", list);
      });
    };
    listener.read = [javascript](uint32_t reading, ReadFault fault, std::string data) {
      javascript->tell([reading, fault, data = std::make_shared<const std::string>(std::move(data))](Napi::Env env, Napi::Object event) {
        event.Set("kind", "read");
        event.Set("reading", reading);
        if (fault == ReadFault::none) event.Set("data", Napi::Buffer<char>::Copy(env, data->data(), data->size()));
        else event.Set("why", wordOf(fault));
      });
    };
    listener.lost = [javascript](const char* why) {
      javascript->tell([why](Napi::Env, Napi::Object event) {
        event.Set("kind", "lost");
        event.Set("why", why);
      });
    };
    clipboard_ = std::make_shared<Clipboard>(info[0].As<Napi::String>().Utf8Value(), std::move(listener));
    clipboard_->begin();
  }

  ~DesktopClipboardObject() override {
    if (clipboard_) clipboard_->stop();
  }

  void read(const Napi::CallbackInfo& info) {
    if (info.Length() < 3 || !info[0].IsNumber() || !info[1].IsString() || !info[2].IsNumber()) {
      reject<Napi::TypeError>(info.Env(), "read(reading, target, maxBytes)");
      return;
    }
    const uint32_t reading = info[0].As<Napi::Number>().Uint32Value();
    const uint32_t maxBytes = info[2].As<Napi::Number>().Uint32Value();
    if (clipboard_) clipboard_->read(reading, info[1].As<Napi::String>().Utf8Value().substr(0, kMostFormatName), maxBytes);
  }

  void offer(const Napi::CallbackInfo& info) {
    if (info.Length() < 1 || !info[0].IsArray()) {
      reject<Napi::TypeError>(info.Env(), "offer(targets)");
      return;
    }
    if (clipboard_) clipboard_->offer(namesOf(info[0].As<Napi::Array>()));
  }

  void provide(const Napi::CallbackInfo& info) {
    if (info.Length() < 2 || !info[0].IsArray() || !info[1].IsBuffer()) {
      reject<Napi::TypeError>(info.Env(), "provide(targets, data)");
      return;
    }
    const auto data = info[1].As<Napi::Buffer<char>>();
    if (clipboard_) clipboard_->provide(namesOf(info[0].As<Napi::Array>()), std::string(data.Data(), data.Length()));
  }

  void withdraw(const Napi::CallbackInfo&) {
    if (clipboard_) clipboard_->withdraw();
  }

  void close(const Napi::CallbackInfo&) {
    if (!clipboard_) return;
    javascript_->mute();
    clipboard_->stop();
    clipboard_.reset();
  }

 private:
  static std::vector<std::string> namesOf(const Napi::Array& list) {
    std::vector<std::string> names;
    for (uint32_t index = 0; index < list.Length() && index < kMostOffered; index++) {
      const Napi::Value each = list.Get(index);
      if (each.IsString()) names.push_back(each.As<Napi::String>().Utf8Value().substr(0, kMostFormatName));
    }
    return names;
  }

  std::shared_ptr<Listener> javascript_;
  std::shared_ptr<Clipboard> clipboard_;
};

/** The class `DesktopClipboard` of an addon. */
template <class Clipboard>
Napi::Function defineDesktopClipboard(Napi::Env env) {
  using Object = DesktopClipboardObject<Clipboard>;
  return Object::DefineClass(env, "DesktopClipboard",
                             {Object::InstanceMethod("read", &Object::read), Object::InstanceMethod("offer", &Object::offer),
                              Object::InstanceMethod("provide", &Object::provide), Object::InstanceMethod("withdraw", &Object::withdraw),
                              Object::InstanceMethod("close", &Object::close)});
}

}  // namespace ami
