#include "grabbed-keys.h"

#include <utility>

namespace x11 {

namespace {

uint8_t kindOf(const xcb_generic_event_t& event) { return event.response_type & 0x7f; }

const char* wordOf(bool active, bool taken) { return active ? "active" : taken ? "taken" : "no-key"; }

}  // namespace

bool Hotkey::operator==(const Hotkey& other) const {
  return ctrl == other.ctrl && alt == other.alt && shift == other.shift && super == other.super && keysym == other.keysym && keycode == other.keycode;
}

GrabbedKeys::GrabbedKeys(const XConnection& connection, const HotkeyListener& listener)
    : connection_(connection), listener_(listener), map_(connection) {}

void GrabbedKeys::set(const std::vector<Hotkey>& wanted) {
  std::map<std::string, Entry> before;
  before.swap(entries_);
  for (const Hotkey& key : wanted) {
    const auto known = before.find(key.id);
    if (known != before.end() && known->second.key == key) {
      entries_.emplace(key.id, std::move(known->second));
      before.erase(known);
    } else {
      entries_[key.id].key = key;
    }
  }
  // Before others are grabbed: they may be of the same keys.
  for (const auto& [id, entry] : before) release(entry);
  for (auto& [id, entry] : entries_) {
    if (entry.state == State::unknown) grab(entry);
  }
}

void GrabbedKeys::retry() {
  for (auto& [id, entry] : entries_) {
    if (entry.state == State::taken) grab(entry);
  }
}

bool GrabbedKeys::anyTaken() const {
  for (const auto& [id, entry] : entries_) {
    if (entry.state == State::taken) return true;
  }
  return false;
}

void GrabbedKeys::grab(Entry& entry) {
  const Hotkey& key = entry.key;
  const bool hasModifiers = (!key.alt || map_.alt() != 0) && (!key.super || map_.super() != 0);
  entry.modifiers = static_cast<uint16_t>((key.ctrl ? XCB_MOD_MASK_CONTROL : 0) | (key.shift ? XCB_MOD_MASK_SHIFT : 0) | (key.alt ? map_.alt() : 0) |
                                          (key.super ? map_.super() : 0));
  if (key.keysym != 0) entry.keycodes = map_.keysOf(key.keysym);
  else if (map_.hasKey(key.keycode)) entry.keycodes = {static_cast<xcb_keycode_t>(key.keycode)};
  else entry.keycodes.clear();
  if (entry.keycodes.empty() || !hasModifiers) {
    enter(entry, State::noKey);
    return;
  }
  for (const xcb_keycode_t keycode : entry.keycodes) {
    if (tryGrab(keycode, entry.modifiers)) continue;
    // Half of a hotkey would work with some locks and not with others.
    for (const xcb_keycode_t each : entry.keycodes) ungrab(each, entry.modifiers);
    enter(entry, State::taken);
    return;
  }
  enter(entry, State::active);
}

bool GrabbedKeys::tryGrab(xcb_keycode_t keycode, uint16_t modifiers) {
  std::vector<xcb_void_cookie_t> asked;
  for (int number = 0; number < connection_.screenCount(); number++) {
    for (const uint16_t lock : map_.locks()) {
      asked.push_back(xcb_grab_key_checked(connection_.raw(), 1, connection_.screen(number)->root, modifiers | lock, keycode, XCB_GRAB_MODE_ASYNC,
                                           XCB_GRAB_MODE_ASYNC));
    }
  }
  bool all = true;
  for (const xcb_void_cookie_t cookie : asked) {
    const Owned<xcb_generic_error_t> error(xcb_request_check(connection_.raw(), cookie));
    if (error) all = false;
  }
  return all;
}

void GrabbedKeys::ungrab(xcb_keycode_t keycode, uint16_t modifiers) {
  for (int number = 0; number < connection_.screenCount(); number++) {
    for (const uint16_t lock : map_.locks()) xcb_ungrab_key(connection_.raw(), keycode, connection_.screen(number)->root, modifiers | lock);
  }
}

void GrabbedKeys::release(const Entry& entry) {
  if (entry.state == State::active) {
    for (const xcb_keycode_t keycode : entry.keycodes) ungrab(keycode, entry.modifiers);
  }
  for (auto pressed = down_.begin(); pressed != down_.end();) {
    if (pressed->second != entry.key.id) {
      ++pressed;
      continue;
    }
    listener_.key(entry.key.id, false);
    pressed = down_.erase(pressed);
  }
}

void GrabbedKeys::enter(Entry& entry, State state) {
  if (entry.state == state) return;
  entry.state = state;
  listener_.state(entry.key.id, wordOf(state == State::active, state == State::taken));
}

void GrabbedKeys::onMapping() {
  for (const auto& [id, entry] : entries_) {
    if (entry.state != State::active) continue;
    for (const xcb_keycode_t keycode : entry.keycodes) ungrab(keycode, entry.modifiers);
  }
  map_ = KeyMap(connection_);
  for (auto& [id, entry] : entries_) grab(entry);
}

void GrabbedKeys::drain() {
  while (xcb_generic_event_t* event = xcb_poll_for_event(connection_.raw())) events_.emplace_back(event);
}

void GrabbedKeys::readEvents() {
  bool mapping = false;
  do {
    // Many come at once: a keyboard that is plugged in changes key by key. What arrives while keys are grabbed again is read behind it.
    if (mapping) onMapping();
    mapping = false;
    for (drain(); !events_.empty(); drain()) {
      const Owned<xcb_generic_event_t> event = std::move(events_.front());
      events_.pop_front();
      const auto* of = event.get();
      if (kindOf(*of) == XCB_KEY_PRESS) onPress(*reinterpret_cast<const xcb_key_press_event_t*>(of));
      if (kindOf(*of) == XCB_KEY_RELEASE) onRelease(*reinterpret_cast<const xcb_key_release_event_t*>(of));
      if (kindOf(*of) != XCB_MAPPING_NOTIFY) continue;
      if (reinterpret_cast<const xcb_mapping_notify_event_t*>(of)->request != XCB_MAPPING_POINTER) mapping = true;
    }
  } while (mapping && !connection_.broken());
}

void GrabbedKeys::onPress(const xcb_key_press_event_t& event) {
  if (down_.count(event.detail) > 0) return;
  const uint16_t modifiers = map_.known(event.state);
  for (const auto& [id, entry] : entries_) {
    if (entry.state != State::active || entry.modifiers != modifiers) continue;
    for (const xcb_keycode_t keycode : entry.keycodes) {
      if (keycode != event.detail) continue;
      down_[event.detail] = id;
      listener_.key(id, true);
      return;
    }
  }
}

/** A key that repeats looks released and pressed again at the same moment. */
void GrabbedKeys::onRelease(const xcb_key_release_event_t& event) {
  const auto pressed = down_.find(event.detail);
  if (pressed == down_.end()) return;
  // What the server sent before it answers is here then.
  answer(connection_, xcb_get_input_focus_reply, xcb_get_input_focus(connection_.raw()));
  drain();
  for (auto next = events_.begin(); next != events_.end(); ++next) {
    const uint8_t kind = kindOf(**next);
    if (kind != XCB_KEY_PRESS && kind != XCB_KEY_RELEASE) continue;
    const auto* other = reinterpret_cast<const xcb_key_press_event_t*>(next->get());
    if (other->detail != event.detail) continue;
    if (kind != XCB_KEY_PRESS || other->time != event.time) break;
    events_.erase(next);
    return;
  }
  listener_.key(pressed->second, false);
  down_.erase(pressed);
}

}  // namespace x11
