#pragma once
// One look at a whole X display, from a connection of its own.
#include <cstdint>
#include <string>
#include <vector>

namespace x11 {

struct Screenshot {
  /** Why the display could not be read; empty where it was. */
  const char* rejection = "";
  int width = 0;
  int height = 0;
  /** `width * height * 4` bytes. */
  std::vector<uint8_t> rgba;
};

/** What the display shows, without its pointer, scaled down to fit into that size. Blocks while the server hangs. */
Screenshot takeScreenshot(const std::string& server, const std::string& authority, int maxWidth, int maxHeight);

}  // namespace x11
