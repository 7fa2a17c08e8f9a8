#include "capture.h"
#include "capture/capture-addon.h"
#include "displays.h"
#include "program-windows.h"
#include "audio-addon.h"

namespace {

ami::DeviceList listDevices(const std::string&) {
  SetThreadDpiAwarenessContext(DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2);
  ami::DeviceList list;
  for (windows::Display& display : windows::listDisplays()) list.displays.push_back(std::move(display.info));
  list.windows = windows::listWindows();
  return list;
}

ami::ActiveWindow activeWindow(const std::string&) { return windows::activeWindow(); }

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  windows::addAudio(env, exports);
  return ami::captureAddon<windows::makeCapture, listDevices, activeWindow>(env, exports);
}

}  // namespace

NODE_API_MODULE(windows, initialise)
