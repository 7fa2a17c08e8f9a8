#pragma once
// What all streams have in common: each has a connection of its own, tells its state, and ends with PipeWire.
#include <pipewire/pipewire.h>
#include <spa/pod/builder.h>

#include <memory>
#include <string>

#include "message.h"
#include "own-connection.h"
#include "remote.h"

namespace ami::pipewire {

class Loop;

/** One stream, open from `open` to `close` or until the connection is lost. Does not come back by itself: that is up to its owner. */
class Stream : public RemoteListener {
 public:
  /** `fd`: a connection that the desktop opened for it, owned from here on; -1: it is to the daemon of `remote`. */
  Stream(Loop& loop, Remote& remote, Tell tell, int fd = -1) : loop_(loop), remote_(remote), tell_(std::move(tell)), connection_(fd) {}
  ~Stream() override = default;

  // On the loop's thread.
  virtual void open() = 0;
  virtual void close();
  void onLost(const std::string& problem) override;

 protected:
  /** Makes the stream and connects it. Takes the properties over. */
  void connect(const std::string& name, pw_properties* properties, pw_direction direction, uint32_t target, int flags, const spa_pod** params,
               uint32_t count);
  void tellState(const char* state, const std::string& problem = "");

  /** A buffer is to be filled or read: on the thread that the flags ask for. */
  virtual void onProcess() = 0;
  virtual void onFormat(const spa_pod* format) {}
  virtual void onArea(uint32_t id, void* area) {}
  /** After it was reported. */
  virtual void onState(pw_stream_state state) {}

  Loop& loop_;
  Remote& remote_;
  pw_stream* stream_ = nullptr;

  Tell tell_;

 private:
  pw_core* openConnection();

  static const pw_stream_events events;
  OwnConnection connection_;
  spa_hook hook_{};
};

/** A number in memory that another process may write meanwhile: what was checked is what is used. */
template <typename Number>
Number readOnce(const Number& shared) {
  return *static_cast<const volatile Number*>(&shared);
}

/** Properties that all our streams carry. */
pw_properties* streamProperties(const char* type, const char* category, const std::string& name);

}  // namespace ami::pipewire
