// `Hotkeys` in JavaScript: what studio/worker/hotkeys/x11-keys.ts describes. Every call returns at once.
#include "hotkeys.h"
#include "javascript/listener.h"
#include "javascript/options.h"
#include "javascript/reject.h"

namespace x11 {

namespace {

constexpr uint32_t kMaxKeys = 1024;
constexpr size_t kMaxId = 200;

Hotkey readHotkey(const Napi::Object& from) {
  const auto flag = [&](const char* name) {
    const Napi::Value value = from.Get(name);
    return value.IsBoolean() && value.As<Napi::Boolean>().Value();
  };
  Hotkey key;
  key.id = ami::textOf(from, "id").substr(0, kMaxId);
  key.ctrl = flag("ctrl");
  key.alt = flag("alt");
  key.shift = flag("shift");
  key.super = flag("meta");
  key.keysym = static_cast<xcb_keysym_t>(ami::numberOf(from, "keysym", 0, 0x1fffffff, 0));
  key.keycode = static_cast<uint32_t>(ami::numberOf(from, "keycode", 0, 255, 0));
  return key;
}

class HotkeysObject : public Napi::ObjectWrap<HotkeysObject> {
 public:
  explicit HotkeysObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<HotkeysObject>(info) {
    if (info.Length() < 2 || !info[0].IsString() || !info[1].IsFunction()) {
      ami::reject<Napi::TypeError>(info.Env(), "new Hotkeys(server, listener)");
      return;
    }
    const auto javascript = std::make_shared<ami::Listener>(info.Env(), info[1].As<Napi::Function>(), "hotkeys");
    javascript_ = javascript;
    Hotkeys::Listener listener;
    listener.connected = [javascript](bool xwayland) {
      javascript->tell([xwayland](Napi::Env, Napi::Object event) {
        event.Set("kind", "connected");
        event.Set("xwayland", xwayland);
      });
    };
    listener.lost = [javascript](const char* why) {
      javascript->tell([why](Napi::Env, Napi::Object event) {
        event.Set("kind", "lost");
        event.Set("why", why);
      });
    };
    listener.state = [javascript](const std::string& id, const char* state) {
      javascript->tell([id, state](Napi::Env, Napi::Object event) {
        event.Set("kind", "state");
        event.Set("id", id);
        event.Set("state", state);
      });
    };
    listener.key = [javascript](const std::string& id, bool pressed) {
      javascript->tell([id, pressed](Napi::Env, Napi::Object event) {
        event.Set("kind", pressed ? "pressed" : "released");
        event.Set("id", id);
      });
    };
    keys_ = std::make_shared<Hotkeys>(info[0].As<Napi::String>().Utf8Value(), std::move(listener));
    keys_->begin();
  }

  ~HotkeysObject() override {
    if (keys_) keys_->stop();
  }

  void set(const Napi::CallbackInfo& info) {
    if (!keys_ || info.Length() < 1 || !info[0].IsArray()) {
      ami::reject<Napi::TypeError>(info.Env(), "set(keys)");
      return;
    }
    const Napi::Array list = info[0].As<Napi::Array>();
    std::vector<Hotkey> wanted;
    for (uint32_t index = 0; index < list.Length() && index < kMaxKeys; index++) {
      const Napi::Value each = list.Get(index);
      if (each.IsObject()) wanted.push_back(readHotkey(each.As<Napi::Object>()));
    }
    if (!info.Env().IsExceptionPending()) keys_->set(std::move(wanted));
  }

  void close(const Napi::CallbackInfo&) {
    if (!keys_) return;
    javascript_->mute();
    keys_->stop();
    keys_.reset();
  }

 private:
  std::shared_ptr<ami::Listener> javascript_;
  std::shared_ptr<Hotkeys> keys_;
};

}  // namespace

Napi::Function defineHotkeys(Napi::Env env) {
  return HotkeysObject::DefineClass(
      env, "Hotkeys", {HotkeysObject::InstanceMethod("set", &HotkeysObject::set), HotkeysObject::InstanceMethod("close", &HotkeysObject::close)});
}

}  // namespace x11
