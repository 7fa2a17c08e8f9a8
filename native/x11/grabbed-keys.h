#pragma once
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "key-map.h"

namespace x11 {

/** Keys that are pressed together: one key, and exactly these modifiers. */
struct Hotkey {
  std::string id;
  bool ctrl = false;
  bool alt = false;
  bool shift = false;
  bool super = false;
  /** What the key writes; 0 where it is named by its place on the keyboard. */
  xcb_keysym_t keysym = 0;
  uint32_t keycode = 0;

  bool operator==(const Hotkey& other) const;
};

/** What becomes of hotkeys; called from the connection's thread. */
struct HotkeyListener {
  /** `active`, `taken` (another program has it), or `no-key` (this keyboard cannot press it). */
  std::function<void(const std::string& id, const char* state)> state;
  std::function<void(const std::string& id, bool pressed)> key;
};

/** Hotkeys that a connection takes from all other programs, on all of its screens. */
class GrabbedKeys {
 public:
  GrabbedKeys(const XConnection& connection, const HotkeyListener& listener);

  /** Exactly these from now on; those that were there before stay grabbed. */
  void set(const std::vector<Hotkey>& wanted);
  /** Tries those again that another program had. */
  void retry();
  bool anyTaken() const;
  /** Handles all events that are there. */
  void readEvents();

 private:
  enum class State { unknown, active, taken, noKey };
  struct Entry {
    Hotkey key;
    State state = State::unknown;
    std::vector<xcb_keycode_t> keycodes;
    uint16_t modifiers = 0;
  };

  void grab(Entry& entry);
  void release(const Entry& entry);
  bool tryGrab(xcb_keycode_t keycode, uint16_t modifiers);
  void ungrab(xcb_keycode_t keycode, uint16_t modifiers);
  void enter(Entry& entry, State state);
  void onMapping();
  void onPress(const xcb_key_press_event_t& event);
  void onRelease(const xcb_key_release_event_t& event);
  void drain();

  const XConnection& connection_;
  const HotkeyListener& listener_;
  KeyMap map_;
  std::map<std::string, Entry> entries_;
  /** Hotkeys that are pressed, by the key that was. */
  std::map<xcb_keycode_t, std::string> down_;
  /** Read, and not handled yet. */
  std::deque<Owned<xcb_generic_event_t>> events_;
};

}  // namespace x11
