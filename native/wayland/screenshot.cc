#include "screenshot.h"

#include <libyuv.h>

#include <algorithm>

#include "screen-copy.h"

namespace wayland {

namespace {

constexpr int kTries = 5;

}  // namespace

Screenshot takeScreenshot(const std::string& socket, int maxWidth, int maxHeight) {
  Screenshot shot;
  const char* why = "";
  const auto connection = Connection::open(socket, why);
  if (!connection) {
    shot.rejection = why;
    return shot;
  }
  if (connection->screencopy == nullptr || connection->shm == nullptr || connection->output == nullptr) {
    shot.rejection = "no-screencopy";
    return shot;
  }
  std::unique_ptr<SharedPixels> pixels;
  const char* failure = "no-frame";
  // A copy fails while the size changes.
  for (int left = kTries; left > 0 && !pixels; left--) {
    ScreenCopy copy(*connection, false, nullptr);
    while (copy.state() == ScreenCopy::State::waiting) {
      if (wl_display_dispatch(connection->display()) < 0) {
        shot.rejection = "server-lost";
        return shot;
      }
    }
    if (copy.state() == ScreenCopy::State::ready) pixels = copy.takePixels();
    if (*copy.why() != '\0') failure = copy.why();
  }
  if (!pixels) {
    shot.rejection = failure;
    return shot;
  }
  const int width = pixels->width();
  const int height = pixels->height();
  const double scale = std::min({1.0, static_cast<double>(maxWidth) / width, static_cast<double>(maxHeight) / height});
  shot.width = std::max(1, static_cast<int>(width * scale));
  shot.height = std::max(1, static_cast<int>(height * scale));
  const int stride = shot.width * 4;
  std::vector<uint8_t> scaled(static_cast<size_t>(stride) * static_cast<size_t>(shot.height));
  libyuv::ARGBScale(pixels->data(), width * 4, width, height, scaled.data(), stride, shot.width, shot.height, libyuv::kFilterBox);
  shot.rgba.resize(scaled.size());
  libyuv::ARGBToABGR(scaled.data(), stride, shot.rgba.data(), stride, shot.width, shot.height);
  // The fourth byte of BGRX has no meaning; in RGBA it is opaque.
  for (size_t at = 3; at < shot.rgba.size(); at += 4) shot.rgba[at] = 255;
  return shot;
}

}  // namespace wayland
