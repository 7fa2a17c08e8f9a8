#pragma once
#include <memory>

#include "capture/capture-thread.h"
#include "capture/wake-event.h"
#include "connection.h"
#include "screen-copy.h"

namespace wayland {

/** A capture of a compositor's first output, without its pointer, with a connection of its own. `server` of its order is the full path of a socket. */
class Capture : public ami::CaptureThread {
 public:
  Capture(const ami::CaptureOrder& order, std::unique_ptr<ami::FrameStore> store, OnChange onChange);

 private:
  void run() override;
  void wake() override;
  /** Until the order names another server. Why it is over, in a word; empty: because of the order, or the end. */
  const char* serve(Connection& connection);
  /** Until the order names another server, or it is time to try again. */
  void pause();

  const ami::WakeEvent wake_;
  ami::CaptureOrder order_;
  uint64_t orderNumber_ = 0;
  double meanUs_ = 2000;
};

std::shared_ptr<ami::CaptureThread> makeCapture(const ami::CaptureOrder& order, std::unique_ptr<ami::FrameStore> store,
                                                ami::CaptureThread::OnChange onChange);

}  // namespace wayland
