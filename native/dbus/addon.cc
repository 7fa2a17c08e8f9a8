// The addon's face: what src-main/media/worker/native/dbus.ts describes. Every call returns at once.
#include <napi.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "bus.h"
#include "javascript/listener.h"
#include "javascript/reject.h"
#include "values.h"

namespace ami::dbus {

namespace {

std::string orEmpty(const char* text) { return text == nullptr ? "" : text; }

const char* kindOf(int type) {
  switch (type) {
    case DBUS_MESSAGE_TYPE_METHOD_CALL: return "call";
    case DBUS_MESSAGE_TYPE_SIGNAL: return "signal";
    case DBUS_MESSAGE_TYPE_ERROR: return "error";
    default: return "reply";
  }
}

/** One of the messages that JavaScript has not looked at yet. */
class Unread {
 public:
  explicit Unread(std::shared_ptr<std::atomic<size_t>> count) : count_(std::move(count)) { ++*count_; }
  ~Unread() { --*count_; }
  Unread(const Unread&) = delete;
  Unread& operator=(const Unread&) = delete;

 private:
  const std::shared_ptr<std::atomic<size_t>> count_;
};

void tellMessage(Listener& listener, MessagePointer owned, const std::shared_ptr<std::atomic<size_t>>& unread) {
  const std::shared_ptr<DBusMessage> message(owned.release(), UnrefMessage());
  const int type = dbus_message_get_type(message.get());
  const auto counted = std::make_shared<Unread>(unread);
  listener.tell([message, type, counted](Napi::Env env, Napi::Object event) {
    event.Set("kind", kindOf(type));
    const bool call = type == DBUS_MESSAGE_TYPE_METHOD_CALL;
    event.Set("serial", static_cast<double>(call ? dbus_message_get_serial(message.get()) : dbus_message_get_reply_serial(message.get())));
    if (call) {
      event.Set("signature", orEmpty(dbus_message_get_signature(message.get())));
      event.Set("answered", !dbus_message_get_no_reply(message.get()));
    }
    const bool whole = hasFewValues(message.get());
    std::vector<int> descriptors;
    event.Set("whole", whole);
    event.Set("arguments", whole ? readValues(env, message.get(), descriptors) : Napi::Array::New(env));
    const Napi::Array opened = Napi::Array::New(env);
    for (const int descriptor : descriptors) opened.Set(opened.Length(), Napi::Number::New(env, descriptor));
    event.Set("descriptors", opened);
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
    return DefineClass(env, "Bus", {InstanceMethod("call", &JsBus::call), InstanceMethod("reply", &JsBus::reply), InstanceMethod("fail", &JsBus::fail),
                                    InstanceMethod("emit", &JsBus::emit), InstanceMethod("close", &JsBus::close)});
  }

  explicit JsBus(const Napi::CallbackInfo& info) : Napi::ObjectWrap<JsBus>(info) {
    if (info.Length() < 2 || !info[0].IsString() || !info[1].IsFunction()) {
      reject<Napi::TypeError>(info.Env(), "expected (address, listener)");
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
    const auto unread = std::make_shared<std::atomic<size_t>>(0);
    listener.received = [javascript, unread](MessagePointer message) { tellMessage(*javascript, std::move(message), unread); };
    listener.unread = [unread] { return unread->load(); };
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
  /** (number, destination, path, interface, member, signature, arguments) → whether it is sent */
  Napi::Value call(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const auto text = [&](size_t index) { return info[index].ToString().Utf8Value(); };
    const std::string destination = text(1), path = text(2), interface = text(3), member = text(4), signature = text(5);
    // The library ends the process over names that no bus takes.
    if (!dbus_validate_bus_name(destination.c_str(), nullptr) || !dbus_validate_path(path.c_str(), nullptr) ||
        !dbus_validate_interface(interface.c_str(), nullptr) || !dbus_validate_member(member.c_str(), nullptr) || !info[6].IsArray()) {
      reject<Napi::TypeError>(env, "no call: " + destination + " " + path + " " + interface + "." + member);
      return env.Undefined();
    }
    MessagePointer message(dbus_message_new_method_call(destination.c_str(), path.c_str(), interface.c_str(), member.c_str()));
    return send(env, std::move(message), signature, info[6], info[0].ToNumber().Uint32Value());
  }

  /** (serial of the call, its sender, signature, arguments) → whether it is sent */
  Napi::Value reply(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    return send(env, answer(info, DBUS_MESSAGE_TYPE_METHOD_RETURN), info[2].ToString().Utf8Value(), info[3], 0);
  }

  /** (serial of the call, its sender, name of the error, sentence) → whether it is sent */
  Napi::Value fail(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    MessagePointer message = answer(info, DBUS_MESSAGE_TYPE_ERROR);
    const std::string name = info[2].ToString().Utf8Value();
    if (message && !dbus_validate_error_name(name.c_str(), nullptr)) message.reset();
    if (message) dbus_message_set_error_name(message.get(), name.c_str());
    const Napi::Array sentence = Napi::Array::New(env, 1);
    sentence.Set(0u, info[3].ToString());
    return send(env, std::move(message), "s", sentence, 0);
  }

  /** (path, interface, member, signature, arguments) → whether it is sent */
  Napi::Value emit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const auto text = [&](size_t index) { return info[index].ToString().Utf8Value(); };
    const std::string path = text(0), interface = text(1), member = text(2);
    MessagePointer message;
    if (dbus_validate_path(path.c_str(), nullptr) && dbus_validate_interface(interface.c_str(), nullptr) && dbus_validate_member(member.c_str(), nullptr)) {
      message.reset(dbus_message_new_signal(path.c_str(), interface.c_str(), member.c_str()));
    }
    return send(env, std::move(message), text(3), info[4], 0);
  }

  /** An answer without arguments to the call of (serial, sender); null if there is no such call. */
  static MessagePointer answer(const Napi::CallbackInfo& info, int type) {
    const uint32_t serial = info[0].ToNumber().Uint32Value();
    const std::string sender = info[1].ToString().Utf8Value();
    if (serial == 0 || !dbus_validate_bus_name(sender.c_str(), nullptr)) return nullptr;
    MessagePointer message(dbus_message_new(type));
    dbus_message_set_reply_serial(message.get(), serial);
    dbus_message_set_destination(message.get(), sender.c_str());
    dbus_message_set_no_reply(message.get(), TRUE);
    return message;
  }

  /** Adds the arguments and sends; false where too much waits already, a TypeError where no bus takes it. */
  Napi::Value send(Napi::Env env, MessagePointer message, const std::string& signature, const Napi::Value& values, uint32_t number) {
    if (!message || !values.IsArray()) {
      reject<Napi::TypeError>(env, "no message");
      return env.Undefined();
    }
    const std::string problem = appendValues(env, message.get(), signature, values.As<Napi::Array>());
    if (!problem.empty()) {
      reject<Napi::TypeError>(env, problem);
      return env.Undefined();
    }
    return Napi::Boolean::New(env, bus_ && bus_->send(std::move(message), number));
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
