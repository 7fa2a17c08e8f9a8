#pragma once
#include <string>
#include <vector>

#include "rect.h"
#include "x-connection.h"

namespace x11 {

/** A part of an X screen that a person sees as one display. */
struct DisplayInfo {
  /** By the monitor's own data (EDID) where it has such, else by its output. */
  std::string id;
  std::string name;
  /** Number of the X screen. */
  int screen = 0;
  /** On that screen. */
  Rect area;
  bool primary = false;
  /** All displays of an X screen together. */
  bool whole = false;
};

/** The displays of a server, the primary one first; behind them each X screen as a whole where it has several. */
std::vector<DisplayInfo> listDisplays(const XConnection& connection);

/** The display of that id (empty: the first), as far as it is there. A monitor is found at any output. Null where it is not. */
const DisplayInfo* findDisplay(const std::vector<DisplayInfo>& displays, const std::string& id);

}  // namespace x11
