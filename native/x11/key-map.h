#pragma once
#include <cstdint>
#include <vector>

#include "x-connection.h"

namespace x11 {

/** Which keys and modifiers a keyboard has, as the server maps them now. Read again when it says that they changed. */
class KeyMap {
 public:
  explicit KeyMap(const XConnection& connection);

  /** Keys that write that keysym, without Shift before those that need it; none where the keyboard has no such key. */
  std::vector<xcb_keycode_t> keysOf(xcb_keysym_t keysym) const;
  bool hasKey(uint32_t keycode) const { return keycode >= first_ && keycode <= last_; }
  /** Masks of Alt and of the Super or Windows key; 0 where the keyboard has none. */
  uint16_t alt() const { return alt_; }
  uint16_t super() const { return super_; }
  /** Every combination of locks (Caps Lock, Num Lock, Scroll Lock), none of them included: a key counts whichever are on. */
  const std::vector<uint16_t>& locks() const { return locks_; }
  /** Of an event's modifiers those that hotkeys know. */
  uint16_t known(uint16_t state) const { return state & (XCB_MOD_MASK_SHIFT | XCB_MOD_MASK_CONTROL | alt_ | super_); }

 private:
  uint16_t modifierOf(const std::vector<xcb_keysym_t>& keysyms, const xcb_get_modifier_mapping_reply_t& modifiers) const;

  uint32_t first_ = 8;
  uint32_t last_ = 7;
  uint32_t columns_ = 0;
  /** `columns_` of each key. */
  std::vector<xcb_keysym_t> keysyms_;
  uint16_t alt_ = 0;
  uint16_t super_ = 0;
  std::vector<uint16_t> locks_;
};

}  // namespace x11
