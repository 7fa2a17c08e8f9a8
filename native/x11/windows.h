#pragma once
#include <vector>

#include "capture/device-list.h"
#include "x-connection.h"

namespace x11 {

using ami::WindowInfo;

/** The programs' windows: those that the window manager lists, or without a window manager the visible children of the root. */
std::vector<WindowInfo> listWindows(const XConnection& connection);

}  // namespace x11
