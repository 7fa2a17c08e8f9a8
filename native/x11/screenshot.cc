#include "screenshot.h"

#include "capture/changed-rows.h"
#include "screen-reader.h"

namespace x11 {

ami::Screenshot takeScreenshot(const std::string& server, const std::string& authority, int maxWidth, int maxHeight) {
  const auto reject = [](const char* why) { return ami::Screenshot{.rejection = why}; };
  Rejection why = Rejection::none;
  const auto connection = XConnection::open(server, why, authority);
  if (!connection) return reject(wordOf(why));
  const xcb_screen_t& screen = *connection->screen(0);
  const auto size = answer(*connection, xcb_get_geometry_reply, xcb_get_geometry(connection->raw(), screen.root));
  if (!size || size->width == 0 || size->height == 0 || size->width > ami::kMaxSide || size->height > ami::kMaxSide) return reject("too-large");
  const int width = size->width;
  const int height = size->height;
  const Rect whole = {0, 0, width, height};
  ami::ChangedRows rows;
  rows.reset(width, height);
  rows.add(whole);
  std::vector<ami::RowSpan> spans;
  rows.read(spans);
  ScreenReader reader(*connection);
  if (!reader.resize(width, height, connection->formatOf(screen.root_depth, screen.root_visual))) return reject("pixel-format");
  if (!reader.read(screen.root, whole, spans)) return reject("server-lost");
  return ami::screenshotOf(reader.frame(), reader.stride(), width, height, maxWidth, maxHeight);
}

}  // namespace x11
