#pragma once
#include <dxgi1_2.h>

#include <vector>

#include "capture/device-list.h"
#include "com.h"

namespace windows {

/** A display with what is needed to capture it. */
struct Display {
  ami::DisplayInfo info;
  HMONITOR monitor = nullptr;
  Com<IDXGIAdapter1> adapter;
  Com<IDXGIOutput1> output;
  /** It is rotated: duplicated frames would lie on their side. */
  bool rotated = false;
};

/** The displays of this desktop, the primary one first. */
std::vector<Display> listDisplays();

/** The display of that id (empty: the first). A monitor is found at any output. Null where it is not there. */
const Display* findDisplay(const std::vector<Display>& displays, const std::string& id);

}  // namespace windows
