#pragma once
#include <string>

#include "desktop/screenshot.h"

namespace x11 {

/** What the display shows, without its pointer, from a connection of its own, scaled down to fit into that size. Blocks while the server hangs. */
ami::Screenshot takeScreenshot(const std::string& server, const std::string& authority, int maxWidth, int maxHeight);

}  // namespace x11
