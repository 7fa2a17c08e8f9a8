#include "screenshot.h"

#include <libyuv.h>

#include <algorithm>

#include "capture/changed-rows.h"
#include "screen-reader.h"

namespace x11 {

Screenshot takeScreenshot(const std::string& server, const std::string& authority, int maxWidth, int maxHeight) {
  Screenshot shot;
  const auto reject = [&](const char* why) {
    shot.rejection = why;
    return shot;
  };
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
  const double scale = std::min({1.0, static_cast<double>(maxWidth) / width, static_cast<double>(maxHeight) / height});
  shot.width = std::max(1, static_cast<int>(width * scale));
  shot.height = std::max(1, static_cast<int>(height * scale));
  const int stride = shot.width * 4;
  std::vector<uint8_t> scaled(static_cast<size_t>(stride) * static_cast<size_t>(shot.height));
  libyuv::ARGBScale(reader.frame(), reader.stride(), width, height, scaled.data(), stride, shot.width, shot.height, libyuv::kFilterBox);
  shot.rgba.resize(scaled.size());
  libyuv::ARGBToABGR(scaled.data(), stride, shot.rgba.data(), stride, shot.width, shot.height);
  // The fourth byte of BGRX has no meaning; in RGBA it is opaque.
  for (size_t at = 3; at < shot.rgba.size(); at += 4) shot.rgba[at] = 255;
  return shot;
}

}  // namespace x11
