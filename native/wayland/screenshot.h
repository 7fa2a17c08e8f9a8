#pragma once
#include <string>

#include "desktop/screenshot.h"

namespace wayland {

/** What the compositor shows, without its pointer, from a connection of its own, scaled down to fit into that size. Blocks while it hangs. */
ami::Screenshot takeScreenshot(const std::string& socket, const std::string& authority, int maxWidth, int maxHeight);

}  // namespace wayland
