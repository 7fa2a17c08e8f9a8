// What desktop/worker/desktop-addon.ts describes, for compositors with wlroots' protocols.
#include <memory>
#include <thread>

#include "desktop-input.h"
#include "desktop-view.h"
#include "desktop/desktop-input-object.h"
#include "desktop/desktop-view-object.h"
#include "screenshot.h"

namespace {

/** In a thread of its own: a compositor that hangs answers never. */
void screenshot(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 2 || !info[0].IsObject() || !info[1].IsFunction()) {
    ami::reject<Napi::TypeError>(env, "screenshot(options, done)");
    return;
  }
  const auto options = info[0].As<Napi::Object>();
  const auto side = [&](const char* name) { return static_cast<int>(ami::numberOf(options, name, 1, ami::kMaxSide, ami::kMaxSide)); };
  const auto done = std::make_shared<ami::Listener>(env, info[1].As<Napi::Function>(), "screenshot");
  std::thread([done, socket = ami::textOf(options, "server"), width = side("maxWidth"), height = side("maxHeight")] {
    done->tell([shot = wayland::takeScreenshot(socket, width, height)](Napi::Env env, Napi::Object told) {
      told.Set("rejection", shot.rejection);
      told.Set("width", shot.width);
      told.Set("height", shot.height);
      told.Set("rgba", Napi::Buffer<uint8_t>::Copy(env, shot.rgba.data(), shot.rgba.size()));
    });
  }).detach();
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  exports.Set("DesktopInput", ami::defineDesktopInput<wayland::DesktopInput>(env));
  exports.Set("DesktopView", ami::defineDesktopView<wayland::DesktopView>(env));
  exports.Set("screenshot", Napi::Function::New(env, screenshot));
  return exports;
}

}  // namespace

NODE_API_MODULE(wayland, initialise)
