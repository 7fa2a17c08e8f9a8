#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <napi.h>

#include "capture/changed-rows.h"
#include "capture/wake-event.h"
#include "desktop/desktop-view-types.h"
#include "monitors.h"
#include "screen-reader.h"
#include "x-connection.h"

namespace x11 {

using ami::CursorImage;
using ami::DesktopChange;

/**
 * A display that somebody works at: its pixels are read when something was drawn, not by a clock, one change at a time. Runs on a thread of
 * its own until its connection is lost; the thread keeps this alive: a server that hangs delays only it.
 */
class DesktopView : public std::enable_shared_from_this<DesktopView> {
 public:
  using Listener = ami::DesktopListener;

  DesktopView(std::string server, Listener listener);
  DesktopView(const DesktopView&) = delete;
  DesktopView& operator=(const DesktopView&) = delete;

  void begin();
  void stop();
  /** The change was taken; the next one is read when there is one. */
  void next();
  /** Wants the frame once more, even where nothing changed since. */
  void again();
  /** Wants that size, in pixels; the change that follows says what it became. */
  void resize(int width, int height);
  /** Wants these monitors: see `setMonitors`. */
  void arrange(std::vector<ami::Rect> areas);
  /** Between a change and `next`: the frame's memory, BGRX, `width * 4` bytes a row. Null where there is none of that size. */
  const uint8_t* frame(int& width, int& height);

 private:
  void run();
  void serve(const XConnection& connection);
  bool readEvents(const XConnection& connection);
  void look(const XConnection& connection);
  void tellMonitors(const XConnection& connection, bool arranged);
  void readCursor(const XConnection& connection);
  int waitMs() const;

  const std::string server_;
  const Listener listener_;
  const ami::WakeEvent wake_;

  std::mutex mutex_;
  bool stopping_ = false;
  /** JavaScript has the frame. */
  bool taken_ = false;
  bool again_ = false;
  int wantedWidth_ = 0;
  int wantedHeight_ = 0;
  std::vector<ami::Rect> wantedMonitors_;
  ScreenReader* reader_ = nullptr;
  int width_ = 0;
  int height_ = 0;

  // The thread's alone.
  uint32_t damage_ = XCB_NONE;
  uint32_t region_ = XCB_NONE;
  bool damaged_ = true;
  bool reshaped_ = true;
  int64_t cursorUs_ = 0;
  bool moved_ = true;
  /** The monitors may be others. */
  bool rearranged_ = true;
  std::vector<MonitorInfo> monitors_;
  /** Nothing of the frame is known. */
  bool all_ = true;
  int64_t noticedUs_ = 0;
};

/** The class `DesktopView` of the addon: see desktop/worker/desktop-addon.ts. */
Napi::Function defineDesktopView(Napi::Env env);

}  // namespace x11
