#include "desktop-input.h"

#include <linux/input-event-codes.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "media-store/frame.h"
#include "media-store/monotonic.h"
#include "protocols.h"

namespace wayland {

namespace {

/** XKB's highest keycode that programs of X can have, as evdev numbers it. */
constexpr uint32_t kHighestCode = 247;
/** With one of these a letter writes nothing: it is a chord. */
constexpr uint32_t kChordModifiers = kControl | kAlt | kSuper;
constexpr uint32_t kAllAscii[2] = {0x20, 0x7e};
/** What one notch of a wheel is, as a mouse's driver says it. */
constexpr int kNotch = 15;

uint32_t nowMs() { return static_cast<uint32_t>(ami::nowUs() / 1000); }

void send(wl_proxy* proxy, uint32_t request, auto... arguments) {
  wl_proxy_marshal_flags(proxy, request, nullptr, wl_proxy_get_version(proxy), 0, arguments...);
}

uint32_t codeOfButton(int number) {
  constexpr uint32_t codes[] = {0, BTN_LEFT, BTN_MIDDLE, BTN_RIGHT, 0, 0, 0, 0, BTN_SIDE, BTN_EXTRA};
  return number >= 1 && number <= 9 ? codes[number] : 0;
}

}  // namespace

std::unique_ptr<DesktopInput> DesktopInput::open(const std::string& socket, bool, const char*& why) {
  auto connection = Connection::open(socket, why);
  if (!connection) return nullptr;
  if (connection->seat == nullptr || connection->keyboards == nullptr || connection->pointers == nullptr) {
    why = "no-virtual-input";
    return nullptr;
  }
  std::unique_ptr<DesktopInput> input(new DesktopInput(std::move(connection)));
  const Connection& opened = *input->connection_;
  input->keyboard_ = wl_proxy_marshal_flags(opened.keyboards, keyboard::kCreate, &keyboardInterface, wl_proxy_get_version(opened.keyboards), 0, opened.seat, nullptr);
  const uint32_t version = wl_proxy_get_version(opened.pointers);
  // Where there are several outputs, the pointer is at the one that is shown: without it positions are those of all of them together.
  input->onOutput_ = version >= 2 && opened.output != nullptr;
  input->pointer_ = input->onOutput_ ? wl_proxy_marshal_flags(opened.pointers, pointer::kCreateOnOutput, &pointerInterface, version, 0, opened.seat, opened.output, nullptr)
                                     : wl_proxy_marshal_flags(opened.pointers, pointer::kCreate, &pointerInterface, version, 0, opened.seat, nullptr);
  // What a keyboard writes is there from the start: a keymap is read by every program.
  for (uint32_t keysym = kAllAscii[0]; keysym <= kAllAscii[1]; keysym++) {
    if (const uint32_t code = usualCodeOf(keysym)) input->keys_.push_back({code, keysym});
  }
  for (uint32_t keysym = 0xff08; keysym <= 0xffff; keysym++) {
    if (const uint32_t code = usualCodeOf(keysym)) input->keys_.push_back({code, keysym});
  }
  for (uint32_t code = 1; code <= kHighestCode; code++) {
    const bool isTaken = std::any_of(input->keys_.begin(), input->keys_.end(), [&](const Key& key) { return key.code == code; });
    if (!isTaken) input->keys_.push_back({code, 0});
  }
  for (uint32_t keysym = kAllAscii[0]; keysym <= kAllAscii[1]; keysym++) {
    if (input->find(keysym) == nullptr) input->give(keysym);
  }
  input->sendKeymap();
  wl_display_roundtrip(opened.display());
  if (input->broken()) {
    why = "refused";
    return nullptr;
  }
  return input;
}

DesktopInput::~DesktopInput() {
  if (!broken()) releaseAll();
  if (keyboard_ != nullptr) wl_proxy_marshal_flags(keyboard_, keyboard::kDestroy, nullptr, wl_proxy_get_version(keyboard_), WL_MARSHAL_FLAG_DESTROY);
  if (pointer_ != nullptr) wl_proxy_marshal_flags(pointer_, pointer::kDestroy, nullptr, wl_proxy_get_version(pointer_), WL_MARSHAL_FLAG_DESTROY);
  wl_display_flush(connection_->display());
}

DesktopInput::Key* DesktopInput::find(uint32_t keysym) {
  const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const Key& key) { return key.keysym == keysym; });
  return found == keys_.end() ? nullptr : &*found;
}

DesktopInput::Key* DesktopInput::give(uint32_t keysym) {
  Key* chosen = nullptr;
  for (Key& key : keys_) {
    // Keys of a keyboard stay what they are.
    if (key.down || (key.keysym != 0 && usualCodeOf(key.keysym) == key.code)) continue;
    if (key.keysym != 0 && key.keysym < 0x7f) continue;
    if (chosen == nullptr || key.used < chosen->used) chosen = &key;
  }
  if (chosen == nullptr) return nullptr;
  chosen->keysym = keysym;
  chosen->used = ++presses_;
  return chosen;
}

void DesktopInput::sendKeymap() {
  std::vector<MappedKey> mapped;
  for (const Key& key : keys_) {
    if (key.keysym != 0) mapped.push_back({key.code, key.keysym});
  }
  const std::string text = keymapOf(mapped);
  const size_t bytes = text.size() + 1;
  const int fd = memfd_create("ami-keymap", MFD_CLOEXEC);
  if (fd < 0) return;
  if (write(fd, text.c_str(), bytes) == static_cast<ssize_t>(bytes)) {
    send(keyboard_, keyboard::kKeymap, static_cast<uint32_t>(WL_KEYBOARD_KEYMAP_FORMAT_XKB_V1), fd, static_cast<uint32_t>(bytes));
    // A keymap takes the modifiers away.
    send(keyboard_, keyboard::kModifiers, modifiers_, 0u, 0u, 0u);
  }
  close(fd);
}

void DesktopInput::sendKey(Key& key, bool down) {
  key.down = down;
  send(keyboard_, keyboard::kKey, nowMs(), key.code, down ? 1u : 0u);
  const uint32_t modifier = modifierOf(key.keysym);
  if (modifier != 0) {
    uint32_t now = 0;
    for (const Key& each : keys_) now |= each.down ? modifierOf(each.keysym) : 0;
    modifiers_ = now;
    send(keyboard_, keyboard::kModifiers, modifiers_, 0u, 0u, 0u);
  }
}

uint8_t DesktopInput::press(uint32_t keysym) {
  if (keysym == 0 || broken()) return 0;
  // Chords are those of the letter on the key: programs compare it and Shift with what they wait for.
  if ((modifiers_ & kChordModifiers) != 0 && keysym >= 'A' && keysym <= 'Z') keysym += 'a' - 'A';
  Key* key = find(keysym);
  if (key == nullptr) {
    key = give(keysym);
    if (key == nullptr) return 0;
    sendKeymap();
  }
  key->used = ++presses_;
  if (key->down) sendKey(*key, false);
  sendKey(*key, true);
  connection_->exchange();
  return static_cast<uint8_t>(key->code + 8);
}

size_t DesktopInput::prepare(const std::vector<uint32_t>& keysyms) {
  if (broken()) return keysyms.size();
  const uint64_t before = presses_;
  bool changed = false;
  size_t ready = 0;
  for (; ready < keysyms.size(); ready++) {
    const uint32_t keysym = keysyms[ready];
    if (keysym == 0) continue;
    if (Key* known = find(keysym)) {
      known->used = ++presses_;
      continue;
    }
    Key* given = nullptr;
    // One that this text needs is not given away again.
    const bool isFree = std::any_of(keys_.begin(), keys_.end(), [&](const Key& key) {
      return !key.down && key.used <= before && !(key.keysym != 0 && (usualCodeOf(key.keysym) == key.code || key.keysym < 0x7f));
    });
    if (isFree) given = give(keysym);
    if (given == nullptr) break;
    changed = true;
  }
  if (changed) sendKeymap();
  return ready;
}

void DesktopInput::release(uint8_t keycode) {
  if (broken()) return;
  const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const Key& key) { return key.code + 8 == keycode; });
  if (found == keys_.end() || !found->down) return;
  sendKey(*found, false);
  connection_->exchange();
}

void DesktopInput::move(int x, int y) {
  if (broken()) return;
  // Its size may have changed.
  connection_->exchange();
  const auto [width, height] = connection_->outputSize();
  if (width <= 0 || height <= 0) return;
  // Compositors turn a pointer that is bound to an output with it: it points into the frame as it is before that.
  const int32_t transform = onOutput_ ? inverse(connection_->outputTransform()) : static_cast<int32_t>(WL_OUTPUT_TRANSFORM_NORMAL);
  const ami::Rect at = uprightPart(transform, {std::clamp(x, 0, width - 1), std::clamp(y, 0, height - 1), 0, 0}, width, height);
  const bool swapped = swapsSides(transform);
  send(pointer_, pointer::kMotionAbsolute, nowMs(), static_cast<uint32_t>(at.x), static_cast<uint32_t>(at.y), static_cast<uint32_t>(swapped ? height : width),
       static_cast<uint32_t>(swapped ? width : height));
  send(pointer_, pointer::kFrame);
  connection_->exchange();
}

void DesktopInput::shift(int x, int y) {
  if (broken()) return;
  // Its scale may have changed.
  connection_->exchange();
  const double scale = connection_->outputScale();
  send(pointer_, pointer::kMotion, nowMs(), wl_fixed_from_double(x / scale), wl_fixed_from_double(y / scale));
  send(pointer_, pointer::kFrame);
  connection_->exchange();
}

void DesktopInput::button(int number, bool down) {
  if (broken()) return;
  if (number >= 4 && number <= 7) {
    // The wheel turns when it is pressed, as X has it.
    if (!down) return;
    const int step = number % 2 == 0 ? -1 : 1;
    send(pointer_, pointer::kAxisSource, static_cast<uint32_t>(WL_POINTER_AXIS_SOURCE_WHEEL));
    send(pointer_, pointer::kAxisDiscrete, nowMs(), number < 6 ? 0u : 1u, wl_fixed_from_int(step * kNotch), step);
  } else {
    const uint32_t code = codeOfButton(number);
    const uint32_t bit = 1u << number;
    if (code == 0 || ((buttons_ & bit) != 0) == down) return;
    buttons_ ^= bit;
    send(pointer_, pointer::kButton, nowMs(), code, down ? 1u : 0u);
  }
  send(pointer_, pointer::kFrame);
  connection_->exchange();
}

void DesktopInput::releaseAll() {
  for (Key& key : keys_) {
    if (key.down) sendKey(key, false);
  }
  for (int number = 1; number <= 9; number++) {
    if ((buttons_ & (1u << number)) != 0) button(number, false);
  }
  connection_->exchange();
}

}  // namespace wayland
