#pragma once
#include <string>
#include <vector>

#include "displays.h"
#include "windows.h"

namespace x11 {

/** What a server has to be captured. */
struct DeviceList {
  /** Word of a `Refusal`; empty where there is a server. */
  std::string refusal;
  std::vector<DisplayInfo> displays;
  std::vector<WindowInfo> windows;
};

/** Blocks while the server hangs. */
DeviceList listDevices(const std::string& server);

}  // namespace x11
