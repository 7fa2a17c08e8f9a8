// The addon's face: what src-main/media/worker/native/dbus.ts describes. Every call returns at once.
#include <napi.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "bus.h"
#include "javascript/listener.h"
#include "javascript/refuse.h"
#include "values.h"

namespace ami::dbus {

namespace {

std::string orEmpty(const char* text) { return text == nullptr ? "" : text; }

void tellMessage(Listener& listener, MessagePointer owned) {
  const std::shared_ptr<DBusMessage> message(owned.release(), UnrefMessage());
  const int type = dbus_message_get_type(message.get());
  if (type == DBUS_MESSAGE_TYPE_METHOD_CALL) return;
  listener.tell([message, type](Napi::Env env, Napi::Object event) {
    event.Set("kind", type == DBUS_MESSAGE_TYPE_SIGNAL ? "signal" : type == DBUS_MESSAGE_TYPE_ERROR ? "error" : "reply");
    event.Set("serial", static_cast<double>(dbus_message_get_reply_serial(message.get())));
    event.Set("arguments", readValues(env, message.get()));
    event.Set("path", orEmpty(dbus_message_get_path(message.get())));
    event.Set("interface", orEmpty(dbus_message_get_interface(message.get())));
    event.Set("member", orEmpty(dbus_message_get_member(message.get())));
    event.Set("sender", orEmpty(dbus_message_get_sender(message.get())));
    if (type == DBUS_MESSAGE_TYPE_ERROR) event.Set("name", orEmpty(dbus_message_get_error_name(message.get())));
  });
}

class JsBus : public Napi::ObjectWrap<JsBus> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Bus", {InstanceMethod("call", &JsBus::call), InstanceMethod("close", &JsBus::close)});
  }

  explicit JsBus(const Napi::CallbackInfo& info) : Napi::ObjectWrap<JsBus>(info) {
    if (info.Length() < 2 || !info[0].IsString() || !info[1].IsFunction()) {
      refuse<Napi::TypeError>(info.Env(), "expected (address, listener)");
      return;
    }
    const auto javascript = std::make_shared<Listener>(info.Env(), info[1].As<Napi::Function>(), "dbus");
    listener_ = javascript;
    BusListener listener;
    listener.connected = [javascript](std::string name) {
      javascript->tell([name](Napi::Env, Napi::Object event) {
        event.Set("kind", "connected");
        event.Set("name", name);
      });
    };
    listener.lost = [javascript](std::string problem) {
      javascript->tell([problem](Napi::Env, Napi::Object event) {
        event.Set("kind", "lost");
        event.Set("problem", problem);
      });
    };
    listener.received = [javascript](MessagePointer message) { tellMessage(*javascript, std::move(message)); };
    listener.sent = [javascript](uint32_t number, uint32_t serial) {
      javascript->tell([number, serial](Napi::Env, Napi::Object event) {
        event.Set("kind", "sent");
        event.Set("number", number);
        event.Set("serial", serial);
      });
    };
    bus_ = std::make_unique<Bus>(info[0].As<Napi::String>().Utf8Value(), std::move(listener));
  }

 private:
  /** (number, destination, path, interface, member, signature, arguments) */
  void call(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const auto text = [&](size_t index) { return info[index].ToString().Utf8Value(); };
    const std::string destination = text(1), path = text(2), interface = text(3), member = text(4), signature = text(5);
    // The library ends the process over names that no bus takes.
    if (!dbus_validate_bus_name(destination.c_str(), nullptr) || !dbus_validate_path(path.c_str(), nullptr) ||
        !dbus_validate_interface(interface.c_str(), nullptr) || !dbus_validate_member(member.c_str(), nullptr) || !info[6].IsArray()) {
      return refuse<Napi::TypeError>(env, "no call: " + destination + " " + path + " " + interface + "." + member);
    }
    MessagePointer message(dbus_message_new_method_call(destination.c_str(), path.c_str(), interface.c_str(), member.c_str()));
    const std::string problem = appendValues(env, message.get(), signature, info[6].As<Napi::Array>());
    if (!problem.empty()) return refuse<Napi::TypeError>(env, problem);
    if (bus_) bus_->send(std::move(message), info[0].ToNumber().Uint32Value());
  }

  void close(const Napi::CallbackInfo&) {
    if (!bus_) return;
    listener_->mute();
    bus_.reset();
  }

  std::shared_ptr<Listener> listener_;
  std::unique_ptr<Bus> bus_;
};

/** Closes a file descriptor that a message brought and nobody takes. */
void closeDescriptor(const Napi::CallbackInfo& info) { ::close(info[0].ToNumber().Int32Value()); }

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("Bus", JsBus::define(env));
  exports.Set("closeDescriptor", Napi::Function::New(env, closeDescriptor));
  return exports;
}

}  // namespace ami::dbus

static Napi::Object initDBus(Napi::Env env, Napi::Object exports) { return ami::dbus::init(env, exports); }
NODE_API_MODULE(dbus, initDBus)
