#include "key-map.h"

#include <algorithm>

namespace x11 {

namespace {

// Names of <X11/keysymdef.h>, whose package is not needed for a dozen numbers.
constexpr xcb_keysym_t kScrollLock = 0xff14;
constexpr xcb_keysym_t kNumLock = 0xff7f;
constexpr xcb_keysym_t kMetaL = 0xffe7, kMetaR = 0xffe8;
constexpr xcb_keysym_t kAltL = 0xffe9, kAltR = 0xffea;
constexpr xcb_keysym_t kSuperL = 0xffeb, kSuperR = 0xffec;

}  // namespace

KeyMap::KeyMap(const XConnection& connection) {
  const xcb_setup_t* setup = xcb_get_setup(connection.raw());
  const auto count = static_cast<uint8_t>(setup->max_keycode - setup->min_keycode + 1);
  const auto mappingCookie = xcb_get_keyboard_mapping(connection.raw(), setup->min_keycode, count);
  const auto modifierCookie = xcb_get_modifier_mapping(connection.raw());
  const auto mapping = answer(connection, xcb_get_keyboard_mapping_reply, mappingCookie);
  const auto modifiers = answer(connection, xcb_get_modifier_mapping_reply, modifierCookie);
  if (!mapping || !modifiers || mapping->keysyms_per_keycode == 0) return;
  // A server that says less than it announces has no keys.
  if (xcb_get_keyboard_mapping_keysyms_length(mapping.get()) < mapping->keysyms_per_keycode) return;
  if (modifiers->length * 4 < 8u * modifiers->keycodes_per_modifier) return;
  first_ = setup->min_keycode;
  columns_ = mapping->keysyms_per_keycode;
  const xcb_keysym_t* keysyms = xcb_get_keyboard_mapping_keysyms(mapping.get());
  keysyms_.assign(keysyms, keysyms + xcb_get_keyboard_mapping_keysyms_length(mapping.get()));
  last_ = first_ + static_cast<uint32_t>(keysyms_.size()) / columns_ - 1;
  alt_ = modifierOf({kAltL, kAltR}, *modifiers);
  super_ = modifierOf({kSuperL, kSuperR}, *modifiers);
  if (super_ == 0) super_ = modifierOf({kMetaL, kMetaR}, *modifiers) & ~alt_;
  locks_ = {0};
  const uint16_t used = XCB_MOD_MASK_SHIFT | XCB_MOD_MASK_CONTROL | alt_ | super_;
  for (const uint16_t lock : {static_cast<uint16_t>(XCB_MOD_MASK_LOCK), modifierOf({kNumLock}, *modifiers), modifierOf({kScrollLock}, *modifiers)}) {
    if (lock == 0 || (lock & used) != 0) continue;
    const std::vector<uint16_t> without = locks_;
    for (const uint16_t mask : without) locks_.push_back(mask | lock);
  }
  std::sort(locks_.begin(), locks_.end());
  locks_.erase(std::unique(locks_.begin(), locks_.end()), locks_.end());
}

std::vector<xcb_keycode_t> KeyMap::keysOf(xcb_keysym_t keysym) const {
  std::vector<xcb_keycode_t> found;
  for (uint32_t column = 0; column < columns_ && found.empty(); column++) {
    for (uint32_t key = first_; key <= last_; key++) {
      if (keysyms_[(key - first_) * columns_ + column] == keysym) found.push_back(static_cast<xcb_keycode_t>(key));
    }
  }
  return found;
}

uint16_t KeyMap::modifierOf(const std::vector<xcb_keysym_t>& keysyms, const xcb_get_modifier_mapping_reply_t& modifiers) const {
  const xcb_keycode_t* keys = xcb_get_modifier_mapping_keycodes(&modifiers);
  const int perModifier = modifiers.keycodes_per_modifier;
  for (int modifier = 0; modifier < 8; modifier++) {
    for (int index = 0; index < perModifier; index++) {
      const uint32_t key = keys[modifier * perModifier + index];
      if (!hasKey(key)) continue;
      const auto begin = keysyms_.begin() + (key - first_) * columns_;
      const auto end = begin + columns_;
      if (std::find_first_of(begin, end, keysyms.begin(), keysyms.end()) != end) return static_cast<uint16_t>(1 << modifier);
    }
  }
  return 0;
}

}  // namespace x11
