#include "handed-connection.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace ami::pipewire {

HandedConnection::~HandedConnection() {
  close();
  if (fd_ >= 0) ::close(fd_);
}

pw_core* HandedConnection::open(pw_context* context, std::function<void()> onEnded) {
  onEnded_ = std::move(onEnded);
  // The descriptor is PipeWire's from here on, also where this fails.
  core_ = pw_context_connect_fd(context, std::exchange(fd_, -1), nullptr, 0);
  if (core_ == nullptr) return nullptr;
  static const pw_core_events events = [] {
    pw_core_events each{};
    each.version = PW_VERSION_CORE_EVENTS;
    each.error = [](void* data, uint32_t id, int, int result, const char*) {
      if (id == PW_ID_CORE && result == -EPIPE) static_cast<HandedConnection*>(data)->onEnded_();
    };
    return each;
  }();
  pw_core_add_listener(core_, &hook_, &events, this);
  return core_;
}

void HandedConnection::close() {
  if (core_ == nullptr) return;
  spa_hook_remove(&hook_);
  pw_core_disconnect(core_);
  core_ = nullptr;
}

}  // namespace ami::pipewire
