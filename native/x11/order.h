#pragma once
#include <cstdint>
#include <string>

#include "rect.h"
#include "windows.h"

namespace x11 {

/** What is to be captured, and how. */
struct Order {
  enum class Kind { display, window, region };

  /** As DISPLAY has it; empty for DISPLAY itself. */
  std::string server;
  Kind kind = Kind::display;
  /** Id of a display or window. */
  std::string device;
  WindowMatch match = WindowMatch::title;
  /** For regions, in pixels of the display. */
  Rect region;
  bool cursor = true;
  /** Of the program's clock: a frame is due at `originUs` and every `periodUs` from there. */
  double periodUs = 1e6 / 30;
  int64_t originUs = 0;
  /** Nobody looks: twice a second is enough, so that there is something to show at once. */
  bool resting = false;

  bool sameTarget(const Order& other) const {
    return server == other.server && kind == other.kind && device == other.device && match == other.match && region == other.region;
  }
};

/** How a capture is, in words that TypeScript knows. */
struct Report {
  enum class State { starting, running, waiting, failed };

  State state = State::starting;
  /** What is wrong; empty where nothing is. */
  std::string reason;
  /** What the reason's sentence needs to know. */
  std::string detail;
  /** What was found. */
  std::string device;
  std::string name;
  int width = 0;
  int height = 0;
  /** A window that is minimised or on another workspace: its last picture stands. */
  bool hidden = false;
  /** Pixels come through shared memory. */
  bool shared = false;

  bool operator==(const Report& other) const {
    return state == other.state && reason == other.reason && detail == other.detail && device == other.device && name == other.name &&
           width == other.width && height == other.height && hidden == other.hidden && shared == other.shared;
  }
};

}  // namespace x11
