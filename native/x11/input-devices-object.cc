// `restartInputDevice` in JavaScript: what desktop/worker/desktop-addon.ts describes.
#include "input-devices.h"
#include "javascript/reject.h"

namespace x11 {

Napi::Function defineRestartInputDevice(Napi::Env env) {
  return Napi::Function::New(
      env,
      [](const Napi::CallbackInfo& info) {
        if (info.Length() < 2 || !info[0].IsString() || !info[1].IsString()) {
          ami::reject<Napi::TypeError>(info.Env(), "restartInputDevice(server, name)");
          return;
        }
        const char* why = "no-answer";
        const std::string server = info[0].As<Napi::String>().Utf8Value();
        if (!restartInputDevice(server, info[1].As<Napi::String>().Utf8Value(), why)) ami::reject<Napi::Error>(info.Env(), why);
      },
      "restartInputDevice");
}

}  // namespace x11
