#pragma once
// `DesktopInput` in JavaScript: what desktop/worker/desktop-addon.ts describes, for every system's input.
#include <napi.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "javascript/reject.h"

namespace ami {

/** Keysyms of one call. */
inline constexpr uint32_t kMostPrepared = 256;

template <class Input>
class DesktopInputObject : public Napi::ObjectWrap<DesktopInputObject<Input>> {
 public:
  explicit DesktopInputObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<DesktopInputObject<Input>>(info) {
    if (info.Length() < 1 || !info[0].IsString()) {
      reject<Napi::TypeError>(info.Env(), "new DesktopInput(server, madeHere)");
      return;
    }
    const char* why = "";
    input_ = Input::open(info[0].As<Napi::String>().Utf8Value(), info.Length() > 1 && info[1].ToBoolean(), why);
    if (!input_) reject<Napi::Error>(info.Env(), why);
  }

  Napi::Value press(const Napi::CallbackInfo& info) {
    const uint32_t keysym = numberAt(info, 0, 0x1fffffff);
    return Napi::Number::New(info.Env(), input_ ? input_->press(keysym) : 0);
  }

  Napi::Value prepare(const Napi::CallbackInfo& info) {
    if (info.Length() < 1 || !info[0].IsArray()) return Napi::Number::New(info.Env(), 0);
    const auto given = info[0].As<Napi::Array>();
    std::vector<uint32_t> keysyms(std::min<uint32_t>(given.Length(), kMostPrepared));
    for (uint32_t index = 0; index < keysyms.size(); index++) {
      const Napi::Value each = given.Get(index);
      if (each.IsNumber()) keysyms[index] = each.As<Napi::Number>().Uint32Value() & 0x1fffffff;
    }
    return Napi::Number::New(info.Env(), static_cast<double>(input_ ? input_->prepare(keysyms) : keysyms.size()));
  }

  void release(const Napi::CallbackInfo& info) {
    const uint32_t keycode = numberAt(info, 0, 255);
    if (input_ && keycode >= 8) input_->release(static_cast<uint8_t>(keycode));
  }

  void move(const Napi::CallbackInfo& info) {
    if (input_) input_->move(static_cast<int>(numberAt(info, 0, INT16_MAX)), static_cast<int>(numberAt(info, 1, INT16_MAX)));
  }

  void shift(const Napi::CallbackInfo& info) {
    if (input_) input_->shift(stepAt(info, 0), stepAt(info, 1));
  }

  void button(const Napi::CallbackInfo& info) {
    const uint32_t number = numberAt(info, 0, 9);
    if (input_ && number >= 1) input_->button(static_cast<int>(number), info.Length() > 1 && info[1].ToBoolean());
  }

  void releaseAll(const Napi::CallbackInfo&) {
    if (input_ && !input_->broken()) input_->releaseAll();
  }

  void close(const Napi::CallbackInfo&) { input_.reset(); }

 private:
  static int stepAt(const Napi::CallbackInfo& info, size_t index) {
    if (info.Length() <= index || !info[index].IsNumber()) return 0;
    return std::clamp(info[index].As<Napi::Number>().Int32Value(), -INT16_MAX, INT16_MAX);
  }

  /** Limited to 0 to `most`; 0 where it is no number. */
  static uint32_t numberAt(const Napi::CallbackInfo& info, size_t index, uint32_t most) {
    if (info.Length() <= index || !info[index].IsNumber()) return 0;
    const double given = info[index].As<Napi::Number>().DoubleValue();
    if (!(given > 0)) return 0;
    return given > most ? most : static_cast<uint32_t>(given);
  }

  std::unique_ptr<Input> input_;
};

/** The class `DesktopInput` of an addon. */
template <class Input>
Napi::Function defineDesktopInput(Napi::Env env) {
  using Object = DesktopInputObject<Input>;
  return Object::DefineClass(env, "DesktopInput",
                             {Object::InstanceMethod("press", &Object::press), Object::InstanceMethod("prepare", &Object::prepare), Object::InstanceMethod("release", &Object::release),
                              Object::InstanceMethod("move", &Object::move), Object::InstanceMethod("shift", &Object::shift), Object::InstanceMethod("button", &Object::button),
                              Object::InstanceMethod("releaseAll", &Object::releaseAll), Object::InstanceMethod("close", &Object::close)});
}

}  // namespace ami
