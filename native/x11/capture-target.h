#pragma once
#include <xcb/xfixes.h>

#include <memory>
#include <string>

#include "capture/changed-rows.h"
#include "capture/order.h"
#include "capture/rect.h"
#include "x-connection.h"

namespace x11 {

using ami::ChangedRows;
using ami::Rect;

/** A display, a part of one, or a window, found and watched for changes. */
class CaptureTarget {
 public:
  /** Null with what is wrong in `report`. With something worth telling there, too, where it was found. */
  static std::unique_ptr<CaptureTarget> find(const XConnection& connection, const ami::CaptureOrder& order, ami::CaptureReport& report);
  ~CaptureTarget();
  CaptureTarget(const CaptureTarget&) = delete;
  CaptureTarget& operator=(const CaptureTarget&) = delete;

  enum class Change {
    none,
    /** Something was drawn. */
    damage,
    /** Moved: the pointer is elsewhere in it. */
    moved,
    /** Another size, shown again or hidden: all of it is to be read again. */
    shape,
    /** Displays came, went or changed: it must be found again. */
    layout,
    /** The window was closed. */
    closed,
  };
  /** What an event means for it. */
  Change handle(const xcb_generic_event_t& event);

  /** Asks for size and memory of a window where those changed. False where it cannot be read now: it is hidden or closed. */
  bool prepare();
  bool hidden() const { return hidden_; }
  /** What is read: pixels of `drawable` that make up the frame. */
  xcb_drawable_t drawable() const { return isWindow_ ? pixmap_ : window_; }
  const Rect& area() const { return area_; }
  /** What the pointer is asked for; the frame's corner is at `originX`, `originY` in it. */
  xcb_window_t window() const { return window_; }
  int originX() const { return isWindow_ ? 0 : area_.x; }
  int originY() const { return isWindow_ ? 0 : area_.y; }
  PixelFormat format() const { return format_; }
  bool watchesDamage() const { return damage_ != XCB_NONE; }
  /** Adds what was drawn since the last time, in pixels of the frame. */
  void takeDamage(ChangedRows& rows);

 private:
  explicit CaptureTarget(const XConnection& connection) : connection_(connection) {}
  static std::unique_ptr<CaptureTarget> findWindow(const XConnection& connection, const ami::CaptureOrder& order, ami::CaptureReport& report);
  static std::unique_ptr<CaptureTarget> findDisplay(const XConnection& connection, const ami::CaptureOrder& order, ami::CaptureReport& report);
  void watch();
  void releasePixmap();

  const XConnection& connection_;
  bool isWindow_ = false;
  /** The window, or the root of the display's screen. */
  xcb_window_t window_ = XCB_NONE;
  xcb_pixmap_t pixmap_ = XCB_NONE;
  bool pixmapIsOld_ = true;
  bool hidden_ = false;
  Rect area_;
  PixelFormat format_ = PixelFormat::unsupported;
  uint32_t damage_ = XCB_NONE;
  xcb_xfixes_region_t parts_ = XCB_NONE;
};

}  // namespace x11
