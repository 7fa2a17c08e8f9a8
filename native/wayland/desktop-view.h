#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "capture/wake-event.h"
#include "desktop/desktop-view-types.h"
#include "screen-copy.h"

namespace wayland {

/**
 * What a compositor in memory shows: it is copied when something was drawn, not by a clock, one change at a time. Runs on a thread of its own
 * until its connection is lost; the thread keeps this alive: a compositor that hangs delays only it.
 */
class DesktopView : public std::enable_shared_from_this<DesktopView> {
 public:
  DesktopView(std::string socket, ami::DesktopListener listener);
  DesktopView(const DesktopView&) = delete;
  DesktopView& operator=(const DesktopView&) = delete;

  void begin();
  void stop();
  /** The change was taken; the next one is reported when there is one. */
  void next();
  /** Wants the frame once more, even where nothing changed since. */
  void again();
  /** Who knows the compositor does this: the protocols of its programs do not. */
  void resize(int, int) {}
  void arrange(std::vector<ami::Rect>) {}
  /** Between a change and `next`: the frame's memory, BGRX, `width * 4` bytes a row. Null where there is no frame. */
  const uint8_t* frame(int& width, int& height);

 private:
  void run();
  const char* serve(Connection& connection);
  void report(std::vector<ami::Rect> parts, int64_t noticedUs);

  const std::string socket_;
  const ami::DesktopListener listener_;
  const ami::WakeEvent wake_;

  std::mutex mutex_;
  bool stopping_ = false;
  /** JavaScript has the frame. */
  bool taken_ = false;
  bool again_ = false;
  /** The newest frame; it changes while it is not taken. */
  std::unique_ptr<SharedPixels> front_;
};

}  // namespace wayland
