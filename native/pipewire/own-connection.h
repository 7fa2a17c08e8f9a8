#pragma once
// A connection to PipeWire that one stream has for itself.
#include <pipewire/pipewire.h>

#include <functional>
#include <string>

namespace ami::pipewire {

/**
 * For the loop's thread. libpipewire before 0.3.72 never closes the descriptors of messages that come for an object which was destroyed
 * meanwhile: a stream that is closed while it starts leaves some behind. They go with a connection that is closed with the stream.
 */
class OwnConnection {
 public:
  /** `fd`: a connection that the desktop opened for us, to the one screen that it shares; owned from here on. -1: one is made. */
  explicit OwnConnection(int fd) : handed_(fd >= 0), fd_(fd) {}
  ~OwnConnection();
  OwnConnection(const OwnConnection&) = delete;
  OwnConnection& operator=(const OwnConnection&) = delete;

  /** The desktop opened it. */
  bool handed() const { return handed_; }
  /**
   * `socket`: full path of the socket of the daemon; empty: the user's own; not looked at where it was handed. Null where PipeWire does
   * not take it. `onEnded` is called when the desktop or PipeWire ends it.
   */
  pw_core* open(pw_context* context, const std::string& socket, std::function<void()> onEnded);
  void close();

 private:
  const bool handed_;
  int fd_;
  pw_core* core_ = nullptr;
  spa_hook hook_{};
  std::function<void()> onEnded_;
};

/** Connects to the PipeWire at that socket, by its full path; empty: the user's own. Null with errno where that fails. */
pw_core* connectTo(pw_context* context, const std::string& socket);

}  // namespace ami::pipewire
