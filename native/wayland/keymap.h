#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace wayland {

/** A key of a keymap, and what it writes. */
struct MappedKey {
  /** As evdev numbers keys. */
  uint32_t code = 0;
  /** As X numbers what keys write. */
  uint32_t keysym = 0;
};

/** Bits of the modifiers, as every keymap of XKB has them. */
inline constexpr uint32_t kShift = 1 << 0;
inline constexpr uint32_t kControl = 1 << 2;
inline constexpr uint32_t kAlt = 1 << 3;
inline constexpr uint32_t kSuper = 1 << 6;

/** The modifier of a key that writes that; 0 for other keys. */
uint32_t modifierOf(uint32_t keysym);
/** Where a keyboard has the key, as evdev numbers it: programs may look at that, too. 0: nowhere in particular. */
uint32_t usualCodeOf(uint32_t keysym);
/** The text of a keymap with these keys, as libxkbcommon reads it. */
std::string keymapOf(const std::vector<MappedKey>& keys);

}  // namespace wayland
