#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "connection.h"
#include "keymap.h"

namespace wayland {

/**
 * Keyboard and pointer of a compositor, by its virtual ones. Keys are named by what they write: one that the keymap does not have gets a key
 * there, in the place of the one that was not pressed for the longest time. Programs read keymap and keys in order. For one thread.
 */
class DesktopInput {
 public:
  /** Null with the reason in `why`. */
  static std::unique_ptr<DesktopInput> open(const std::string& socket, bool madeHere, const char*& why);
  ~DesktopInput();
  DesktopInput(const DesktopInput&) = delete;
  DesktopInput& operator=(const DesktopInput&) = delete;

  /** Presses the key that writes that keysym. The keycode to release; 0 where there is no key. */
  uint8_t press(uint32_t keysym);
  /** Gets keys ready for a text by one keymap. How many of its characters can be pressed now, from the first on. */
  size_t prepare(const std::vector<uint32_t>& keysyms);
  void release(uint8_t keycode);
  /** Pixels of the display. */
  void move(int x, int y);
  void shift(int x, int y);
  /** Buttons as X numbers them: 1 left, 2 middle, 3 right, 4 to 7 the wheel, 8 and 9 the others. */
  void button(int number, bool down);
  /** What is down is released. */
  void releaseAll();
  bool broken() const { return connection_->broken(); }

 private:
  struct Key {
    uint32_t code = 0;
    uint32_t keysym = 0;
    /** Counts presses; 0: it was never pressed. */
    uint64_t used = 0;
    bool down = false;
  };

  explicit DesktopInput(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
  Key* find(uint32_t keysym);
  /** Gives the keysym a key; null where all of them are down. The keymap is to be sent. */
  Key* give(uint32_t keysym);
  void sendKeymap();
  void sendKey(Key& key, bool down);

  const std::unique_ptr<Connection> connection_;
  wl_proxy* keyboard_ = nullptr;
  wl_proxy* pointer_ = nullptr;
  bool onOutput_ = false;
  std::vector<Key> keys_;
  uint64_t presses_ = 0;
  uint32_t modifiers_ = 0;
  /** Buttons that are down, a bit each. */
  uint32_t buttons_ = 0;
};

}  // namespace wayland
