// What desktop/worker/desktop-addon.ts describes, and `Capture` of media/worker/capture, for compositors with wlroots' protocols.
#include "capture.h"
#include "capture/capture-addon.h"
#include "desktop-clipboard.h"
#include "desktop-input.h"
#include "desktop-view.h"
#include "desktop/desktop-clipboard-object.h"
#include "desktop/desktop-input-object.h"
#include "desktop/desktop-view-object.h"
#include "desktop/screenshot-object.h"
#include "screenshot.h"

namespace {

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  exports.Set("Capture", ami::CaptureObject<wayland::makeCapture>::define(env));
  exports.Set("DesktopClipboard", ami::defineDesktopClipboard<wayland::DesktopClipboard>(env));
  exports.Set("DesktopInput", ami::defineDesktopInput<wayland::DesktopInput>(env));
  exports.Set("DesktopView", ami::defineDesktopView<wayland::DesktopView>(env));
  exports.Set("screenshot", ami::defineScreenshot<wayland::takeScreenshot>(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(wayland, initialise)
