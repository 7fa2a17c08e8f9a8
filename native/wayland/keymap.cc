#include "keymap.h"

#include <linux/input-event-codes.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

namespace wayland {

namespace {

constexpr uint32_t kShiftLeft = 0xffe1, kShiftRight = 0xffe2, kControlLeft = 0xffe3, kControlRight = 0xffe4;
constexpr uint32_t kAltLeft = 0xffe9, kAltRight = 0xffea, kSuperLeft = 0xffeb, kSuperRight = 0xffec;
constexpr uint32_t kFirstFunctionKey = 0xffbe;

/** Keys that print nothing, and those of letters and signs of an American keyboard. */
constexpr std::pair<uint32_t, uint32_t> usual[] = {
    {0xff08, KEY_BACKSPACE}, {0xff09, KEY_TAB},        {0xff0d, KEY_ENTER},       {0xff13, KEY_PAUSE},     {0xff14, KEY_SCROLLLOCK}, {0xff1b, KEY_ESC},
    {0xff50, KEY_HOME},      {0xff51, KEY_LEFT},       {0xff52, KEY_UP},          {0xff53, KEY_RIGHT},     {0xff54, KEY_DOWN},       {0xff55, KEY_PAGEUP},
    {0xff56, KEY_PAGEDOWN},  {0xff57, KEY_END},        {0xff61, KEY_SYSRQ},       {0xff63, KEY_INSERT},    {0xff67, KEY_COMPOSE},    {0xff7f, KEY_NUMLOCK},
    {0xffff, KEY_DELETE},    {kShiftLeft, KEY_LEFTSHIFT}, {kShiftRight, KEY_RIGHTSHIFT}, {kControlLeft, KEY_LEFTCTRL}, {kControlRight, KEY_RIGHTCTRL},
    {kAltLeft, KEY_LEFTALT}, {kAltRight, KEY_RIGHTALT}, {kSuperLeft, KEY_LEFTMETA}, {kSuperRight, KEY_RIGHTMETA},
    {' ', KEY_SPACE},        {'-', KEY_MINUS},         {'=', KEY_EQUAL},          {'[', KEY_LEFTBRACE},    {']', KEY_RIGHTBRACE},    {';', KEY_SEMICOLON},
    {'\'', KEY_APOSTROPHE},  {'`', KEY_GRAVE},         {'\\', KEY_BACKSLASH},     {',', KEY_COMMA},        {'.', KEY_DOT},           {'/', KEY_SLASH},
    {'1', KEY_1}, {'2', KEY_2}, {'3', KEY_3}, {'4', KEY_4}, {'5', KEY_5}, {'6', KEY_6}, {'7', KEY_7}, {'8', KEY_8}, {'9', KEY_9}, {'0', KEY_0},
    {'a', KEY_A}, {'b', KEY_B}, {'c', KEY_C}, {'d', KEY_D}, {'e', KEY_E}, {'f', KEY_F}, {'g', KEY_G}, {'h', KEY_H}, {'i', KEY_I}, {'j', KEY_J},
    {'k', KEY_K}, {'l', KEY_L}, {'m', KEY_M}, {'n', KEY_N}, {'o', KEY_O}, {'p', KEY_P}, {'q', KEY_Q}, {'r', KEY_R}, {'s', KEY_S}, {'t', KEY_T},
    {'u', KEY_U}, {'v', KEY_V}, {'w', KEY_W}, {'x', KEY_X}, {'y', KEY_Y}, {'z', KEY_Z},
};

/** Keysyms of characters; the others are names of keys, where Shift is looked at by itself. */
bool isPrinted(uint32_t keysym) { return (keysym > 0x20 && keysym < 0xff00) || keysym >= 0x01000000; }

}  // namespace

uint32_t modifierOf(uint32_t keysym) {
  switch (keysym) {
    case kShiftLeft:
    case kShiftRight:
      return kShift;
    case kControlLeft:
    case kControlRight:
      return kControl;
    case kAltLeft:
    case kAltRight:
      return kAlt;
    case kSuperLeft:
    case kSuperRight:
      return kSuper;
    default:
      return 0;
  }
}

uint32_t usualCodeOf(uint32_t keysym) {
  if (keysym >= kFirstFunctionKey && keysym < kFirstFunctionKey + 10) return KEY_F1 + keysym - kFirstFunctionKey;
  if (keysym == kFirstFunctionKey + 10) return KEY_F11;
  if (keysym == kFirstFunctionKey + 11) return KEY_F12;
  if (keysym > kFirstFunctionKey + 11 && keysym < kFirstFunctionKey + 24) return KEY_F13 + keysym - kFirstFunctionKey - 12;
  const auto found = std::find_if(std::begin(usual), std::end(usual), [&](const auto& each) { return each.first == keysym; });
  return found == std::end(usual) ? 0 : found->second;
}

std::string keymapOf(const std::vector<MappedKey>& keys) {
  std::string codes, symbols, modifiers;
  char line[120];
  for (const MappedKey& key : keys) {
    // XKB counts from 8.
    std::snprintf(line, sizeof line, "<K%u> = %u;\n", key.code, key.code + 8);
    codes += line;
    // What was typed is what is written: Shift, which may be down, changes nothing of it.
    const char* form = isPrinted(key.keysym) ? "key <K%u> { type = \"TWO_LEVEL\", [ 0x%x, 0x%x ] };\n" : "key <K%u> { type = \"ONE_LEVEL\", [ 0x%x ] };\n";
    std::snprintf(line, sizeof line, form, key.code, key.keysym, key.keysym);
    symbols += line;
    const uint32_t modifier = modifierOf(key.keysym);
    const char* name = modifier == kShift ? "Shift" : modifier == kControl ? "Control" : modifier == kAlt ? "Mod1" : modifier == kSuper ? "Mod4" : "";
    if (*name == '\0') continue;
    std::snprintf(line, sizeof line, "modifier_map %s { <K%u> };\n", name, key.code);
    modifiers += line;
  }
  return "xkb_keymap {\nxkb_keycodes \"ami\" {\nminimum = 8;\nmaximum = 255;\n" + codes +
         "};\nxkb_types \"ami\" { include \"complete\" };\nxkb_compatibility \"ami\" { include \"complete\" };\nxkb_symbols \"ami\" {\n" + symbols + modifiers +
         "};\n};\n";
}

}  // namespace wayland
