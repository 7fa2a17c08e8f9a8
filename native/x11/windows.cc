#include "windows.h"

#include <algorithm>
#include <cstring>

#include "capture/window-ids.h"
#include "window-text.h"

namespace x11 {

namespace {

/** More windows than anybody has; a program that makes them without end does not hold us up. */
constexpr size_t kMostWindows = 1000;

std::vector<xcb_window_t> managedWindows(const XConnection& connection, const xcb_screen_t& screen, xcb_atom_t clientList) {
  const std::string list = connection.property(screen.root, clientList, XCB_ATOM_WINDOW);
  std::vector<xcb_window_t> windows(std::min(list.size() / sizeof(xcb_window_t), kMostWindows));
  memcpy(windows.data(), list.data(), windows.size() * sizeof(xcb_window_t));
  return windows;
}

std::vector<xcb_window_t> topWindows(const XConnection& connection, const xcb_screen_t& screen) {
  const auto tree = answer(connection, xcb_query_tree_reply, xcb_query_tree(connection.raw(), screen.root));
  if (!tree) return {};
  const xcb_window_t* children = xcb_query_tree_children(tree.get());
  const size_t count = std::min(static_cast<size_t>(xcb_query_tree_children_length(tree.get())), kMostWindows);
  return std::vector<xcb_window_t>(children, children + count);
}

struct Questions {
  xcb_get_window_attributes_cookie_t attributes;
  xcb_get_geometry_cookie_t geometry;
  xcb_get_property_cookie_t className;
  xcb_get_property_cookie_t name;
  xcb_get_property_cookie_t oldName;
};

void describe(const XConnection& connection, const std::vector<xcb_window_t>& windows, bool managed, xcb_atom_t netName,
              std::vector<WindowInfo>& into) {
  xcb_connection_t* raw = connection.raw();
  // All are asked before the first is answered: a list costs one round trip.
  std::vector<Questions> questions;
  questions.reserve(windows.size());
  for (const xcb_window_t window : windows) {
    questions.push_back({xcb_get_window_attributes(raw, window), xcb_get_geometry(raw, window),
                         xcb_get_property(raw, 0, window, XCB_ATOM_WM_CLASS, XCB_ATOM_ANY, 0, kMostTitleWords),
                         xcb_get_property(raw, 0, window, netName, XCB_ATOM_ANY, 0, kMostTitleWords),
                         xcb_get_property(raw, 0, window, XCB_ATOM_WM_NAME, XCB_ATOM_ANY, 0, kMostTitleWords)});
  }
  for (size_t index = 0; index < windows.size(); index++) {
    const Questions& asked = questions[index];
    const auto attributes = answer(connection, xcb_get_window_attributes_reply, asked.attributes);
    const auto geometry = answer(connection, xcb_get_geometry_reply, asked.geometry);
    const std::string classes = textOf(answer(connection, xcb_get_property_reply, asked.className));
    const std::string name = textOf(answer(connection, xcb_get_property_reply, asked.name));
    const std::string oldName = textOf(answer(connection, xcb_get_property_reply, asked.oldName));
    if (!attributes || !geometry || attributes->_class != XCB_WINDOW_CLASS_INPUT_OUTPUT) continue;
    WindowInfo info;
    info.handle = windows[index];
    info.className = classOf(classes);
    info.title = name.empty() ? fromLatin1(oldName) : name;
    info.width = geometry->width;
    info.height = geometry->height;
    info.visible = attributes->map_state == XCB_MAP_STATE_VIEWABLE;
    // Without a window manager menus, tooltips and helpers are listed beside the windows.
    if (!managed && (attributes->override_redirect || !info.visible)) continue;
    if (info.className.empty() && info.title.empty()) continue;
    into.push_back(std::move(info));
  }
}

}  // namespace

std::vector<WindowInfo> listWindows(const XConnection& connection) {
  const xcb_atom_t clientList = connection.atom("_NET_CLIENT_LIST");
  const xcb_atom_t netName = connection.atom("_NET_WM_NAME");
  std::vector<WindowInfo> windows;
  for (int number = 0; number < connection.screenCount(); number++) {
    const xcb_screen_t& screen = *connection.screen(number);
    const std::vector<xcb_window_t> managed = managedWindows(connection, screen, clientList);
    const size_t before = windows.size();
    describe(connection, managed, true, netName, windows);
    // Also where a window manager died and left its list.
    if (windows.size() == before) describe(connection, topWindows(connection, screen), false, netName, windows);
  }
  ami::nameWindows(windows);
  return windows;
}

}  // namespace x11
