#include "active-window.h"
#include "capture.h"
#include "capture/capture-addon.h"
#include "desktop-clipboard.h"
#include "desktop-input.h"
#include "desktop-view.h"
#include "displays.h"
#include "hotkeys.h"
#include "input-devices.h"
#include "local-seat.h"
#include "screenshot-object.h"
#include "windows.h"

namespace {

ami::DeviceList listDevices(const std::string& server) {
  ami::DeviceList list;
  x11::Rejection why = x11::Rejection::none;
  const auto connection = x11::XConnection::open(server, why);
  if (!connection) {
    list.rejection = x11::wordOf(why);
    return list;
  }
  list.displays = x11::listDisplays(*connection);
  list.windows = x11::listWindows(*connection);
  return list;
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  exports.Set("DesktopClipboard", x11::defineDesktopClipboard(env));
  exports.Set("DesktopInput", x11::defineDesktopInput(env));
  exports.Set("DesktopView", x11::defineDesktopView(env));
  exports.Set("Hotkeys", x11::defineHotkeys(env));
  exports.Set("LocalSeat", x11::defineLocalSeat(env));
  exports.Set("restartInputDevice", x11::defineRestartInputDevice(env));
  exports.Set("screenshot", x11::defineScreenshot(env));
  return ami::captureAddon<x11::makeCapture, listDevices, x11::activeWindow>(env, exports);
}

}  // namespace

NODE_API_MODULE(x11, initialise)
