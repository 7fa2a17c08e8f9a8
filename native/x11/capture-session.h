#pragma once
#include <memory>
#include <string>
#include <vector>

#include "capture-target.h"
#include "capture.h"
#include "capture/changed-rows.h"
#include "pointer.h"
#include "screen-reader.h"

namespace x11 {

/** A capture while its connection lasts: finds what is to be captured, and writes what changes of it into the store. */
class CaptureSession {
 public:
  CaptureSession(Capture& capture, const XConnection& connection, std::string server);
  /** Until the capture is stopped or goes to another server (false), or the server is lost (true). */
  bool run();

 private:
  void takeOrder();
  void search();
  void lose();
  void readEvents();
  /** When there is something to be done next, monotonic microseconds. */
  int64_t nextDue(int64_t now) const;
  bool pending() const;
  bool pointerIsSeen() const { return order_.cursor && target_ && !target_->hidden(); }
  void frame();
  void addPointer();
  void fail(const std::string& problem);
  void tell();

  Capture& capture_;
  const XConnection& connection_;
  const std::string server_;
  ami::CaptureOrder order_;
  uint64_t orderNumber_ = 0;

  ami::CaptureReport report_;
  std::unique_ptr<CaptureTarget> target_;
  int64_t searchUs_ = 0;
  ScreenReader reader_;
  Pointer pointer_;
  int64_t pointerAskedUs_ = 0;
  int64_t pointerPauseUs_ = Pointer::kAskEveryUs;
  /** As it is drawn in the frame. */
  Rect drawnPointer_;
  uint32_t drawnShape_ = 0;

  bool all_ = true;
  bool damaged_ = false;
  /** Somebody starts to look: the next frame is made without waiting for its time. */
  bool atOnce_ = false;
  bool shown_ = false;
  int64_t lastUs_ = 0;
  double meanUs_ = 2000;
  ChangedRows rows_;
  std::vector<ami::RowSpan> spans_;
};

}  // namespace x11
