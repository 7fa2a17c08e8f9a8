#pragma once
// What the view of a display reports, whichever system draws it.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "capture/rect.h"

namespace ami {

/** A monitor as programs see it (RandR 1.5): window managers fill one with a maximised window. */
struct MonitorInfo {
  std::string name;
  Rect area;
  bool primary = false;

  bool operator==(const MonitorInfo& other) const { return name == other.name && area == other.area && primary == other.primary; }
};

/** What of a display changed. The pixels stay as they were at that moment until `next` is called. */
struct DesktopChange {
  int width = 0;
  int height = 0;
  /** Parts that were drawn on, few. */
  std::vector<Rect> parts;
  /** When it was noticed, and when its pixels were there; µs of the monotonic clock. */
  int64_t noticedUs = 0;
  int64_t readyUs = 0;
};

/** The pointer's image: 32-bit words of premultiplied ARGB. */
struct CursorImage {
  int width = 0;
  int height = 0;
  int hotX = 0;
  int hotY = 0;
  std::vector<uint32_t> pixels;
};

/** What a view reports, from a thread of its own. */
struct DesktopListener {
  std::function<void(DesktopChange)> changed;
  /** False where the one before was not taken yet: it is read again later. */
  std::function<bool(CursorImage)> cursor;
  /** The monitors there are now: at first, when they changed, and when what `arrange` wanted was done, which `arranged` says. */
  std::function<void(std::vector<MonitorInfo>, bool arranged)> monitors;
  /** The last one. */
  std::function<void(const char* why)> lost;
};

}  // namespace ami
