#include "connection.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "protocols.h"

namespace wayland {

std::unique_ptr<Connection> Connection::open(const std::string& socket, const char*& why) {
  wl_display* display = wl_display_connect(socket.empty() ? nullptr : socket.c_str());
  if (display == nullptr) {
    why = "no-server";
    return nullptr;
  }
  std::unique_ptr<Connection> connection(new Connection(display));
  connection->registry_ = wl_display_get_registry(display);
  static const wl_registry_listener listener = {found, [](void* data, wl_registry*, uint32_t name) {
                                                  auto& self = *static_cast<Connection*>(data);
                                                  if (self.output != nullptr && name == self.outputName_) self.outputGone_ = true;
                                                }};
  wl_registry_add_listener(connection->registry_, &listener, connection.get());
  const auto until = Clock::now() + kAnswersWithin;
  if (!connection->answered(until)) {
    why = connection->broken() ? "refused" : "no-answer";
    return nullptr;
  }
  if (connection->output != nullptr && !connection->readOutput(until)) {
    why = connection->broken() ? "server-lost" : "no-answer";
    return nullptr;
  }
  return connection;
}

bool Connection::readOutput(Clock::time_point until) {
  static const wl_output_listener listener = {
      [](void* data, wl_output*, int32_t, int32_t, int32_t, int32_t, int32_t, const char*, const char*, int32_t transform) {
        const bool known = transform >= WL_OUTPUT_TRANSFORM_NORMAL && transform <= WL_OUTPUT_TRANSFORM_FLIPPED_270;
        static_cast<Connection*>(data)->transform_ = known ? transform : static_cast<int32_t>(WL_OUTPUT_TRANSFORM_NORMAL);
      },
      [](void* data, wl_output*, uint32_t flags, int32_t width, int32_t height, int32_t) {
        if ((flags & WL_OUTPUT_MODE_CURRENT) != 0) static_cast<Connection*>(data)->mode_ = {width, height};
      },
      [](void*, wl_output*) {},
      [](void*, wl_output*, int32_t) {},
  };
  wl_output_add_listener(output, &listener, this);
  if (logicalOutputs != nullptr) {
    logicalOutput_ = wl_proxy_marshal_flags(logicalOutputs, logicalOutput::kGet, &logicalOutputInterface, wl_proxy_get_version(logicalOutputs), 0,
                                            nullptr, output);
    // In the order of the protocol's events.
    static const struct {
      void (*position)(void*, wl_proxy*, int32_t, int32_t);
      void (*size)(void*, wl_proxy*, int32_t, int32_t);
      void (*done)(void*, wl_proxy*);
    } sizes = {
        [](void*, wl_proxy*, int32_t, int32_t) {},
        [](void* data, wl_proxy*, int32_t width, int32_t height) { static_cast<Connection*>(data)->logicalSize_ = {width, height}; },
        [](void*, wl_proxy*) {},
    };
    // A listener of libwayland is a list of functions, which this is.
    wl_proxy_add_listener(logicalOutput_, reinterpret_cast<void (**)()>(const_cast<void*>(static_cast<const void*>(&sizes))), this);
  }
  return answered(until);
}

double Connection::outputScale() const {
  const int width = outputSize().width;
  return width > 0 && logicalSize_.width > 0 ? static_cast<double>(width) / logicalSize_.width : 1;
}

Connection::~Connection() {
  for (wl_proxy* proxy : {logicalOutput_, logicalOutputs, screencopy, keyboards, pointers, clipboards, reinterpret_cast<wl_proxy*>(shm), reinterpret_cast<wl_proxy*>(seat),
                          reinterpret_cast<wl_proxy*>(output), reinterpret_cast<wl_proxy*>(registry_)}) {
    if (proxy != nullptr) wl_proxy_destroy(proxy);
  }
  wl_display_disconnect(display_);
}

void Connection::found(void* data, wl_registry* registry, uint32_t name, const char* interface, uint32_t version) {
  auto& self = *static_cast<Connection*>(data);
  const auto bind = [&](const wl_interface& wanted, auto*& into) {
    if (into != nullptr || std::strcmp(interface, wanted.name) != 0) return;
    const uint32_t usable = std::min(version, static_cast<uint32_t>(wanted.version));
    into = static_cast<std::remove_reference_t<decltype(into)>>(wl_registry_bind(registry, name, &wanted, usable));
  };
  const auto bindAt = [&](const wl_interface& wanted, uint32_t most, auto*& into) {
    if (into != nullptr || std::strcmp(interface, wanted.name) != 0) return;
    into = static_cast<std::remove_reference_t<decltype(into)>>(wl_registry_bind(registry, name, &wanted, std::min(version, most)));
  };
  bindAt(wl_shm_interface, 1, self.shm);
  bindAt(wl_seat_interface, 1, self.seat);
  if (self.output == nullptr) {
    bindAt(wl_output_interface, 1, self.output);
    self.outputName_ = name;
  }
  bind(screencopyManagerInterface, self.screencopy);
  bind(keyboardManagerInterface, self.keyboards);
  bind(pointerManagerInterface, self.pointers);
  bind(clipboardManagerInterface, self.clipboards);
  bind(logicalOutputsInterface, self.logicalOutputs);
}

bool Connection::answered(Clock::time_point until) {
  wl_callback* answer = wl_display_sync(display_);
  bool came = false;
  static const wl_callback_listener listener = {[](void* into, wl_callback*, uint32_t) { *static_cast<bool*>(into) = true; }};
  wl_callback_add_listener(answer, &listener, &came);
  while (!came && !broken() && waitUntil(until)) {
  }
  wl_callback_destroy(answer);
  return came;
}

bool Connection::waitUntil(Clock::time_point until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  return left > 0 && wait(-1, static_cast<int>(left));
}

void Connection::exchange() {
  if (broken()) return;
  wait(-1, 0);
}

bool Connection::wait(int wakeFd, int timeoutMs) { return wait(wakeFd, {}, timeoutMs); }

bool Connection::wait(int wakeFd, const std::vector<pollfd>& others, int timeoutMs) {
  while (wl_display_prepare_read(display_) != 0) {
    if (wl_display_dispatch_pending(display_) < 0) return false;
    // What was handled may be what somebody waits for.
    timeoutMs = 0;
  }
  std::vector<pollfd> waits = {{wl_display_get_fd(display_), POLLIN, 0}, {wakeFd, POLLIN, 0}};
  waits.insert(waits.end(), others.begin(), others.end());
  if (wl_display_flush(display_) < 0) {
    if (errno != EAGAIN) {
      wl_display_cancel_read(display_);
      return false;
    }
    waits[0].events |= POLLOUT;
  }
  poll(waits.data(), waits.size(), timeoutMs);
  if ((waits[0].revents & (POLLIN | POLLERR | POLLHUP)) == 0) {
    wl_display_cancel_read(display_);
    return true;
  }
  return wl_display_read_events(display_) >= 0 && wl_display_dispatch_pending(display_) >= 0;
}

}  // namespace wayland
