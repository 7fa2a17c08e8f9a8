#pragma once
// A connection to a D-Bus message bus, read and written on a thread of its own.
#include <dbus/dbus.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace ami::dbus {

/** A message with one owner. */
struct UnrefMessage {
  void operator()(DBusMessage* message) const { dbus_message_unref(message); }
};
using MessagePointer = std::unique_ptr<DBusMessage, UnrefMessage>;

/** What the thread tells; called on it. */
struct BusListener {
  /** Our name on the bus. */
  std::function<void(std::string name)> connected;
  /** Last of all: there is no connection (any more). */
  std::function<void(std::string problem)> lost;
  std::function<void(MessagePointer message)> received;
  /** How many of them nobody has looked at yet. */
  std::function<size_t()> unread;
  /** The call that was given this number left with that serial. */
  std::function<void(uint32_t number, uint32_t serial)> sent;
};

/** Calls return at once. The thread ends with the connection, or soon after `close`; nobody waits for it. */
class Bus {
 public:
  /** Connects to a bus address; to the user's session bus if it is empty. */
  Bus(std::string address, BusListener listener);
  ~Bus() { close(); }
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  /** `number` is 0 for what is not answered. False where too much waits already, or the bus is closed: it is not sent then. */
  bool send(MessagePointer message, uint32_t number);
  void close();

 private:
  struct State;
  static std::string sessionAddress();
  static void run(const std::shared_ptr<State>& state);
  static void converse(State& state, DBusConnection* connection);
  static bool isTaken(State& state, DBusConnection* connection, DBusMessage* message);
  const std::shared_ptr<State> state_;
};

}  // namespace ami::dbus
