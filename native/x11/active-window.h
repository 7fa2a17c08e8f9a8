#pragma once
#include <string>

#include "capture/device-list.h"

namespace x11 {

/** The window that the window manager says a person works in (`_NET_ACTIVE_WINDOW`, EWMH). `server` as DISPLAY has it; blocks while it hangs. */
ami::ActiveWindow activeWindow(const std::string& server);

}  // namespace x11
