#pragma once
#include <string>
#include <vector>

#include "x-connection.h"

namespace x11 {

/** A window of a program, as a person tells windows apart. */
struct WindowInfo {
  xcb_window_t window = XCB_NONE;
  /** Class and title: the same when the program is started anew. */
  std::string id;
  std::string className;
  std::string title;
  int screen = 0;
  int width = 0;
  int height = 0;
  /** It is mapped: neither minimised nor on another workspace. */
  bool visible = false;
};

/** How exactly a window that is not there under its id may be replaced by another. */
enum class WindowMatch { title, className };

/** The programs' windows: those that the window manager lists, or the visible children of the root where there is none. */
std::vector<WindowInfo> listWindows(const XConnection& connection);

/** The window of that id (empty: none); with `className` any of the same class where that title is not there. */
const WindowInfo* findWindow(const std::vector<WindowInfo>& windows, const std::string& id, WindowMatch match);

}  // namespace x11
