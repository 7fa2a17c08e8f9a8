#include "screenshot-object.h"

#include <memory>
#include <thread>

#include "javascript/listener.h"
#include "javascript/options.h"
#include "javascript/reject.h"
#include "media-store/frame.h"
#include "screenshot.h"

namespace x11 {

namespace {

/** In a thread of its own: a server that hangs answers never. */
void screenshot(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 2 || !info[0].IsObject() || !info[1].IsFunction()) {
    ami::reject<Napi::TypeError>(env, "screenshot(options, done)");
    return;
  }
  const auto options = info[0].As<Napi::Object>();
  const auto side = [&](const char* name) { return static_cast<int>(ami::numberOf(options, name, 1, ami::kMaxSide, ami::kMaxSide)); };
  const auto done = std::make_shared<ami::Listener>(env, info[1].As<Napi::Function>(), "screenshot");
  std::thread([done, server = ami::textOf(options, "server"), authority = ami::textOf(options, "authority"), width = side("maxWidth"),
               height = side("maxHeight")] {
    done->tell([shot = takeScreenshot(server, authority, width, height)](Napi::Env env, Napi::Object told) {
      told.Set("rejection", shot.rejection);
      told.Set("width", shot.width);
      told.Set("height", shot.height);
      told.Set("rgba", Napi::Buffer<uint8_t>::Copy(env, shot.rgba.data(), shot.rgba.size()));
    });
  }).detach();
}

}  // namespace

Napi::Function defineScreenshot(Napi::Env env) { return Napi::Function::New(env, screenshot); }

}  // namespace x11
