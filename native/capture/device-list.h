#pragma once
#include <string>
#include <vector>

#include "rect.h"

namespace ami {

/** A part of a desktop that a person sees as one display. */
struct DisplayInfo {
  /** By the monitor's own data where it has such, else by its output. */
  std::string id;
  std::string name;
  /** Number of the X screen. */
  int screen = 0;
  /** On that screen. */
  Rect area;
  bool primary = false;
  /** All displays of a screen together. */
  bool whole = false;
};

/** A window of a program, as a person tells windows apart. */
struct WindowInfo {
  /** The system's number. */
  uint64_t handle = 0;
  /** Class and title: the same when the program is restarted. */
  std::string id;
  std::string className;
  std::string title;
  int width = 0;
  int height = 0;
  /** Neither minimised nor on another workspace. */
  bool visible = false;
};

/** The window that a person works in. */
struct ActiveWindow {
  /** Why the system cannot be asked; empty where it can. */
  std::string rejection;
  /** Both empty: none is. */
  std::string className;
  std::string title;
};

/** What a system has to be captured. */
struct DeviceList {
  /** Why it cannot be asked, in a word that TypeScript knows; empty where it can. */
  std::string rejection;
  std::vector<DisplayInfo> displays;
  std::vector<WindowInfo> windows;
};

}  // namespace ami
