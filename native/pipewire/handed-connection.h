#pragma once
// A connection that the desktop opened for us: to the one screen that it shares.
#include <pipewire/pipewire.h>

#include <functional>

namespace ami::pipewire {

/** For the loop's thread. */
class HandedConnection {
 public:
  /** The descriptor is owned from here on. */
  explicit HandedConnection(int fd) : fd_(fd) {}
  ~HandedConnection();
  HandedConnection(const HandedConnection&) = delete;
  HandedConnection& operator=(const HandedConnection&) = delete;

  /** Null where PipeWire does not take it. `onEnded` is called when the desktop or PipeWire ends it. */
  pw_core* open(pw_context* context, std::function<void()> onEnded);
  void close();

 private:
  int fd_;
  pw_core* core_ = nullptr;
  spa_hook hook_{};
  std::function<void()> onEnded_;
};

}  // namespace ami::pipewire
