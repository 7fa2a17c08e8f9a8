#include "active-window.h"

#include <cstring>

#include "window-text.h"
#include "x-connection.h"

namespace x11 {

namespace {

/** The one of the first screen that has any. */
xcb_window_t findActive(const XConnection& connection) {
  const xcb_atom_t active = connection.atom("_NET_ACTIVE_WINDOW");
  for (int number = 0; number < connection.screenCount(); number++) {
    const std::string value = connection.property(connection.screen(number)->root, active, XCB_ATOM_WINDOW);
    xcb_window_t window = XCB_WINDOW_NONE;
    if (value.size() >= sizeof window) memcpy(&window, value.data(), sizeof window);
    if (window != XCB_WINDOW_NONE) return window;
  }
  return XCB_WINDOW_NONE;
}

}  // namespace

ami::ActiveWindow activeWindow(const std::string& server) {
  ami::ActiveWindow found;
  Rejection why = Rejection::none;
  const auto connection = XConnection::open(server, why);
  if (!connection) {
    found.rejection = wordOf(why);
    return found;
  }
  if (connection->has().xwayland) {
    // It knows the windows of X programs alone.
    found.rejection = "xwayland";
    return found;
  }
  const xcb_window_t window = findActive(*connection);
  if (window == XCB_WINDOW_NONE) return found;
  const auto text = [&](xcb_atom_t name) {
    const auto cookie = xcb_get_property(connection->raw(), 0, window, name, XCB_ATOM_ANY, 0, kMostTitleWords);
    return textOf(answer(*connection, xcb_get_property_reply, cookie));
  };
  found.className = classOf(text(XCB_ATOM_WM_CLASS));
  found.title = text(connection->atom("_NET_WM_NAME"));
  if (found.title.empty()) found.title = fromLatin1(text(XCB_ATOM_WM_NAME));
  return found;
}

}  // namespace x11
