#include "hotkeys.h"

#include <poll.h>
#include <pthread.h>

#include <thread>

namespace x11 {

namespace {

/** Between attempts to get keys that another program has, ms: it does not say when it lets go of them. */
constexpr int kRetryMs = 5000;

}  // namespace

Hotkeys::Hotkeys(std::string server, Listener listener)
    : server_(std::move(server)), listener_(std::move(listener)) {}

void Hotkeys::begin() {
  std::thread([keys = shared_from_this()] { keys->run(); }).detach();
}

void Hotkeys::set(std::vector<Hotkey> wanted) {
  {
    const std::lock_guard lock(mutex_);
    wanted_ = std::move(wanted);
    changed_ = true;
  }
  wake_.wake();
}

void Hotkeys::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.wake();
}

bool Hotkeys::takeWanted(std::vector<Hotkey>& wanted) {
  const std::lock_guard lock(mutex_);
  if (!changed_) return false;
  changed_ = false;
  wanted = wanted_;
  return true;
}

bool Hotkeys::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Hotkeys::run() {
  pthread_setname_np(pthread_self(), "x11-hotkeys");
  Rejection why = Rejection::none;
  const auto connection = XConnection::open(server_, why);
  if (!connection) {
    listener_.lost(wordOf(why));
    return;
  }
  listener_.connected(connection->has().xwayland);
  serve(*connection);
  listener_.lost("server-lost");
}

void Hotkeys::serve(const XConnection& connection) {
  GrabbedKeys keys(connection, listener_);
  while (!stopping() && !connection.broken()) {
    std::vector<Hotkey> wanted;
    if (takeWanted(wanted)) keys.set(wanted);
    keys.readEvents();
    xcb_flush(connection.raw());
    pollfd waits[2] = {{wake_.fd(), POLLIN, 0}, {connection.fd(), POLLIN, 0}};
    const int ready = poll(waits, 2, keys.anyTaken() ? kRetryMs : -1);
    if (ready == 0) keys.retry();
    wake_.clear();
  }
}

}  // namespace x11
