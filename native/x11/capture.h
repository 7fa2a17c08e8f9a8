#pragma once
#include <memory>
#include <mutex>

#include "capture/capture-thread.h"
#include "capture/wake-event.h"

namespace x11 {

/** A capture of an X server, with a connection of its own. */
class Capture : public ami::CaptureThread {
 public:
  Capture(const ami::CaptureOrder& order, std::unique_ptr<ami::FrameStore> store, OnChange onChange);

  /** Until then, until woken, or until the socket has something to read (-1: no socket). */
  void sleepUntil(int64_t timeUs, int socket);

 private:
  void run() override;
  void wake() override;
  void interrupt() override;
  void setSocket(int socket);
  /** Until the order names another server, or it is time to try again. */
  void waitForServer(const std::string& server, int64_t pauseUs);

  std::mutex socketMutex_;
  /** Of the connection while there is one. */
  int socket_ = -1;
  const ami::WakeEvent wake_;
};

std::shared_ptr<ami::CaptureThread> makeCapture(const ami::CaptureOrder& order, std::unique_ptr<ami::FrameStore> store,
                                                ami::CaptureThread::OnChange onChange);

}  // namespace x11
