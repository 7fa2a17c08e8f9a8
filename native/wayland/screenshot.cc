#include "screenshot.h"

#include "screen-copy.h"

namespace wayland {

namespace {

constexpr int kTries = 5;

}  // namespace

ami::Screenshot takeScreenshot(const std::string& socket, const std::string&, int maxWidth, int maxHeight) {
  const auto reject = [](const char* why) { return ami::Screenshot{.rejection = why}; };
  const char* why = "";
  const auto connection = Connection::open(socket, why);
  if (!connection) return reject(why);
  if (connection->screencopy == nullptr || connection->shm == nullptr) return reject("no-screencopy");
  if (connection->output == nullptr) return reject("no-output");
  std::unique_ptr<SharedPixels> pixels;
  const char* failure = "no-frame";
  // A copy fails while the size changes.
  for (int left = kTries; left > 0 && !pixels; left--) {
    ScreenCopy copy(*connection, false, nullptr);
    const auto until = Clock::now() + kAnswersWithin;
    while (copy.state() == ScreenCopy::State::waiting) {
      if (!connection->waitUntil(until)) return reject(connection->broken() ? "server-lost" : "no-answer");
      if (connection->outputGone()) return reject("no-output");
    }
    if (copy.state() == ScreenCopy::State::ready) pixels = copy.takePixels();
    if (*copy.why() != '\0') failure = copy.why();
  }
  if (!pixels) return reject(failure);
  return ami::screenshotOf(pixels->data(), pixels->width() * 4, pixels->width(), pixels->height(), maxWidth, maxHeight);
}

}  // namespace wayland
