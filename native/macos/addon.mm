#include "capture.h"
#include "capture/capture-addon.h"
#include "shareable-content.h"

namespace {

ami::DeviceList listDevices(const std::string&) {
  @autoreleasepool {
    ami::DeviceList list;
    SCShareableContent* content = macos::shareableContent();
    if (content == nil) {
      list.rejection = "not-allowed";
      return list;
    }
    list.displays = macos::listDisplays(content);
    list.windows = macos::listWindows(content);
    return list;
  }
}

ami::ActiveWindow activeWindow(const std::string&) {
  @autoreleasepool {
    return macos::activeWindow();
  }
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) { return ami::captureAddon<macos::makeCapture, listDevices, activeWindow>(env, exports); }

}  // namespace

NODE_API_MODULE(macos, initialise)
