#include "bus.h"

#include <poll.h>

#include <thread>

#include "capture/wake-event.h"

namespace ami::dbus {

namespace {
/** Messages that wait to be sent; a program that asks more at once is wrong. */
constexpr size_t kMostWaiting = 1000;
/** Messages that came and nobody has looked at: calls beyond them are answered with an error, signals are lost. Answers always arrive. */
constexpr size_t kMostUnread = 1000;
/** Bytes that the library keeps for a bus that does not read; what is behind them waits in our queue. */
constexpr long kMostOutgoing = 8 << 20;
/** Bytes of messages that came and nobody has looked at. */
constexpr long kMostReceived = 32 << 20;
}  // namespace

struct Bus::State {
  State(std::string where, BusListener who) : address(std::move(where)), listener(std::move(who)) {}

  const std::string address;
  const BusListener listener;
  const WakeEvent event;
  std::mutex mutex;
  std::deque<std::pair<MessagePointer, uint32_t>> waiting;
  bool closed = false;
  /** Nobody sends any more. */
  bool ended = false;
};

/** Asked on the thread that may change the environment. */
std::string Bus::sessionAddress() {
  const char* session = getenv("DBUS_SESSION_BUS_ADDRESS");
  return session == nullptr ? "" : session;
}

Bus::Bus(std::string address, BusListener listener)
    : state_(std::make_shared<State>(address.empty() ? sessionAddress() : std::move(address), std::move(listener))) {
  dbus_threads_init_default();
  std::thread([state = state_] {
    run(state);
    const std::lock_guard lock(state->mutex);
    state->ended = true;
    state->waiting.clear();
  }).detach();
}

bool Bus::send(MessagePointer message, uint32_t number) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->closed || state_->ended || state_->waiting.size() >= kMostWaiting) return false;
    state_->waiting.emplace_back(std::move(message), number);
  }
  state_->event.wake();
  return true;
}

void Bus::close() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
  }
  state_->event.wake();
}

void Bus::run(const std::shared_ptr<State>& state) {
  DBusError error;
  dbus_error_init(&error);
  if (state->event.fd() < 0) {
    state->listener.lost("the system has no file descriptor left");
    return;
  }
  const std::string& address = state->address;
  if (address.empty()) {
    state->listener.lost("there is no session bus: DBUS_SESSION_BUS_ADDRESS is not set");
    return;
  }
  DBusConnection* connection = dbus_connection_open_private(address.c_str(), &error);
  if (connection != nullptr) {
    dbus_connection_set_exit_on_disconnect(connection, FALSE);
    // A sender that is faster than the reader waits.
    dbus_connection_set_max_received_size(connection, kMostReceived);
    if (dbus_bus_register(connection, &error)) {
      state->listener.connected(dbus_bus_get_unique_name(connection));
      converse(*state, connection);
    }
    dbus_connection_close(connection);
    dbus_connection_unref(connection);
  }
  state->listener.lost(dbus_error_is_set(&error) ? error.message : "the message bus has ended");
  dbus_error_free(&error);
}

/** Whether the listener gets a message. File descriptors come with answers alone: what strangers send along is closed with the message. */
bool Bus::isTaken(State& state, DBusConnection* connection, DBusMessage* message) {
  const int type = dbus_message_get_type(message);
  if (type != DBUS_MESSAGE_TYPE_METHOD_CALL && type != DBUS_MESSAGE_TYPE_SIGNAL) return true;
  const bool full = state.listener.unread() >= kMostUnread;
  if (!full && !dbus_message_contains_unix_fds(message)) return true;
  if (type == DBUS_MESSAGE_TYPE_METHOD_CALL && !dbus_message_get_no_reply(message) && dbus_connection_get_outgoing_size(connection) < kMostOutgoing) {
    const MessagePointer answer(full ? dbus_message_new_error(message, DBUS_ERROR_LIMITS_EXCEEDED, "too many calls at once")
                                     : dbus_message_new_error(message, DBUS_ERROR_INVALID_ARGS, "no method takes file descriptors"));
    if (answer) dbus_connection_send(connection, answer.get(), nullptr);
  }
  return false;
}

void Bus::converse(State& state, DBusConnection* connection) {
  int fd = -1;
  if (!dbus_connection_get_unix_fd(connection, &fd)) return;
  for (;;) {
    for (;;) {
      std::pair<MessagePointer, uint32_t> next;
      {
        const std::lock_guard lock(state.mutex);
        if (state.closed) {
          // What was asked for last, such as the end of a session, still goes out.
          if (state.waiting.empty()) {
            dbus_connection_flush(connection);
            return;
          }
        }
        if (state.waiting.empty() || dbus_connection_get_outgoing_size(connection) >= kMostOutgoing) break;
        next = std::move(state.waiting.front());
        state.waiting.pop_front();
      }
      dbus_uint32_t serial = 0;
      if (!dbus_connection_send(connection, next.first.get(), &serial)) return;
      if (next.second != 0) state.listener.sent(next.second, serial);
    }
    if (!dbus_connection_read_write(connection, 0)) return;
    while (DBusMessage* message = dbus_connection_pop_message(connection)) {
      MessagePointer owned(message);
      if (dbus_message_is_signal(message, DBUS_INTERFACE_LOCAL, "Disconnected")) return;
      if (isTaken(state, connection, message)) state.listener.received(std::move(owned));
    }
    pollfd sources[2] = {{fd, static_cast<short>(POLLIN | (dbus_connection_has_messages_to_send(connection) ? POLLOUT : 0)), 0},
                         {state.event.fd(), POLLIN, 0}};
    poll(sources, 2, -1);
    state.event.clear();
  }
}

}  // namespace ami::dbus
