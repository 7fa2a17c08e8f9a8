#include "teller.h"

namespace ami::pipewire {

namespace {

Napi::Value toValue(Napi::Env env, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return Napi::String::New(env, *text);
  if (const auto* number = std::get_if<double>(&value)) return Napi::Number::New(env, *number);
  if (const auto* flag = std::get_if<bool>(&value)) return Napi::Boolean::New(env, *flag);
  const Napi::Object properties = Napi::Object::New(env);
  for (const auto& [key, text] : std::get<Properties>(value)) properties.Set(key, text);
  return properties;
}

}  // namespace

Teller::Teller(Napi::Env env, Napi::Function listener) : call_(Napi::ThreadSafeFunction::New(env, listener, "pipewire", 0, 1)) {
  call_.Unref(env);
}

Teller::~Teller() { call_.Release(); }

void Teller::tell(Message message) {
  call_.NonBlockingCall([message = std::move(message), muted = muted_](Napi::Env env, Napi::Function listener) {
    if (env == nullptr || muted->load()) return;
    const Napi::Object object = Napi::Object::New(env);
    for (const auto& [name, value] : message) object.Set(name, toValue(env, value));
    listener.Call({object});
  });
}

}  // namespace ami::pipewire
