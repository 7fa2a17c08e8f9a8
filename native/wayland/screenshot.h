#pragma once
// One look at what a compositor shows, from a connection of its own.
#include <cstdint>
#include <string>
#include <vector>

namespace wayland {

struct Screenshot {
  /** Why the display could not be read; empty where it was. */
  const char* rejection = "";
  int width = 0;
  int height = 0;
  /** `width * height * 4` bytes. */
  std::vector<uint8_t> rgba;
};

/** What the compositor shows, without its pointer, scaled down to fit into that size. Blocks while it hangs. */
Screenshot takeScreenshot(const std::string& socket, int maxWidth, int maxHeight);

}  // namespace wayland
