#pragma once
// `screenshot` in JavaScript: what desktop/worker/desktop-addon.ts describes, for every system's display.
#include <napi.h>

#include <memory>
#include <thread>

#include "javascript/listener.h"
#include "javascript/options.h"
#include "javascript/reject.h"
#include "media-store/frame.h"
#include "screenshot.h"

namespace ami {

/** `take(server, authority, maxWidth, maxHeight)` runs in a thread of its own: a server that hangs answers never. */
template <auto take>
void screenshot(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 2 || !info[0].IsObject() || !info[1].IsFunction()) {
    reject<Napi::TypeError>(env, "screenshot(options, done)");
    return;
  }
  const auto options = info[0].As<Napi::Object>();
  const auto side = [&](const char* name) { return static_cast<int>(numberOf(options, name, 1, kMaxSide, kMaxSide)); };
  const auto done = std::make_shared<Listener>(env, info[1].As<Napi::Function>(), "screenshot");
  std::thread([done, server = textOf(options, "server"), authority = textOf(options, "authority"), width = side("maxWidth"), height = side("maxHeight")] {
    done->tell([shot = take(server, authority, width, height)](Napi::Env env, Napi::Object told) {
      told.Set("rejection", shot.rejection);
      told.Set("width", shot.width);
      told.Set("height", shot.height);
      told.Set("rgba", Napi::Buffer<uint8_t>::Copy(env, shot.rgba.data(), shot.rgba.size()));
    });
  }).detach();
}

/** The function `screenshot` of an addon. */
template <auto take>
Napi::Function defineScreenshot(Napi::Env env) {
  return Napi::Function::New(env, screenshot<take>);
}

}  // namespace ami
