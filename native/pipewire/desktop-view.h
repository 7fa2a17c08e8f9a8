#pragma once
#include <pipewire/pipewire.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "desktop/desktop-view-types.h"

namespace ami::pipewire {

class Loop;
class ScreenStream;

/**
 * What a screen shows that its desktop hands out as a stream of PipeWire: one change at a time. Frames come on the loop's thread; while
 * JavaScript has one, only the newest of those that follow is kept, and not looked at.
 */
class DesktopView : public std::enable_shared_from_this<DesktopView> {
 public:
  /** `stream`: `FD:NODE`, a connection that the desktop opened, which is owned from here on, and the screen's node on it. */
  DesktopView(const std::string& stream, DesktopListener listener);

  void begin();
  void stop();
  /** The change was taken; the next one is reported when there is one. */
  void next();
  /** Wants the frame once more, even where nothing changed since. */
  void again();
  /** A real screen has the size that it has. */
  void resize(int, int) {}
  void arrange(std::vector<Rect>) {}
  /** Between a change and `next`: the frame's memory, BGRX, `width * 4` bytes a row. Null where there is no frame. */
  const uint8_t* frame(int& width, int& height);

 private:
  friend class ScreenStream;
  void lose(const char* why);
  /** JavaScript has the frame: it stays as it is. */
  bool taken();
  /** A frame, while it is not taken. */
  void take(const uint8_t* pixels, ptrdiff_t stride, int width, int height, int64_t noticedUs);
  /** Reports the frame once more where that is wanted. */
  void repeat();
  void report(std::vector<Rect> parts, int64_t noticedUs);
  template <typename Task>
  void post(Task task);

  const DesktopListener listener_;
  int fd_ = -1;
  uint32_t node_ = PW_ID_ANY;
  /** Null before `begin` and after `stop`. */
  std::shared_ptr<Loop> loop_;
  std::shared_ptr<ScreenStream> stream_;
  /** Of the loop's thread. */
  bool lost_ = false;

  std::mutex mutex_;
  bool taken_ = false;
  bool again_ = false;
  int width_ = 0;
  int height_ = 0;
  /** The newest frame; it changes while it is not taken. */
  std::vector<uint8_t> front_;
};

}  // namespace ami::pipewire
