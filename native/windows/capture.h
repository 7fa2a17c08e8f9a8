#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>

#include "capture/capture-thread.h"
#include "screen-source.h"

namespace windows {

/** A capture of the Windows desktop. */
class Capture : public ami::CaptureThread {
 public:
  Capture(const ami::CaptureOrder& order, std::unique_ptr<ami::FrameStore> store, OnChange onChange)
      : CaptureThread(order, std::move(store), std::move(onChange)) {}

 private:
  void run() override;
  void wake() override;
  void sleepUntil(int64_t timeUs);
  /** Opens what the order names; null with the reason in `report_`. */
  std::unique_ptr<ScreenSource> open();
  std::unique_ptr<ScreenSource> openWindow();
  std::unique_ptr<ScreenSource> openDisplay();
  /** Reads once; false if it must be opened again. */
  bool frame(ScreenSource& source);
  void clear();

  std::mutex sleepMutex_;
  std::condition_variable sleep_;
  bool woken_ = false;
  ami::CaptureOrder order_;
  uint64_t orderNumber_ = 0;
  ami::CaptureReport report_;
  bool shown_ = false;
  int64_t lastUs_ = 0;
  double meanUs_ = 2000;
  ami::ChangedRows rows_;
  std::vector<ami::RowSpan> spans_;
};

std::shared_ptr<ami::CaptureThread> makeCapture(const ami::CaptureOrder& order, std::unique_ptr<ami::FrameStore> store,
                                                ami::CaptureThread::OnChange onChange);

}  // namespace windows
