#include "own-connection.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace ami::pipewire {

OwnConnection::~OwnConnection() {
  close();
  if (fd_ >= 0) ::close(fd_);
}

pw_core* OwnConnection::open(pw_context* context, const std::string& socket, std::function<void()> onEnded) {
  onEnded_ = std::move(onEnded);
  // The descriptor is PipeWire's from here on, also where this fails.
  core_ = handed_ ? pw_context_connect_fd(context, std::exchange(fd_, -1), nullptr, 0) : connectTo(context, socket);
  if (core_ == nullptr) return nullptr;
  static const pw_core_events events = [] {
    pw_core_events each{};
    each.version = PW_VERSION_CORE_EVENTS;
    each.error = [](void* data, uint32_t id, int, int result, const char*) {
      if (id == PW_ID_CORE && result == -EPIPE) static_cast<OwnConnection*>(data)->onEnded_();
    };
    return each;
  }();
  pw_core_add_listener(core_, &hook_, &events, this);
  return core_;
}

void OwnConnection::close() {
  if (core_ == nullptr) return;
  spa_hook_remove(&hook_);
  pw_core_disconnect(core_);
  core_ = nullptr;
}

pw_core* connectTo(pw_context* context, const std::string& socket) {
  return pw_context_connect(context, socket.empty() ? nullptr : pw_properties_new(PW_KEY_REMOTE_NAME, socket.c_str(), nullptr), 0);
}

}  // namespace ami::pipewire
