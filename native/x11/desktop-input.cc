#include "desktop-input.h"

#include <time.h>
#include <unistd.h>
#include <xcb/xtest.h>

#include <algorithm>

#include "media-store/monotonic.h"

namespace x11 {

namespace {

/** Programs read a new mapping when they come to it: a key that is given another meaning sooner may write that one instead. */
constexpr int64_t kSettleUs = 50'000;
/** The same for a long text, which programs on a busy machine do not keep up with, where they do not say what they have read. */
constexpr int64_t kTextSettleUs = 400'000;
/** Keys of a run that are given meanings by one request: programs read the whole mapping after each. */
constexpr size_t kMostInRun = 16;
constexpr size_t kMostKeys = 256;
constexpr const char* kGivenProperty = "_AMI_STREAMS_GIVEN_KEYS";
constexpr const char* kRepeatedProperty = "_AMI_STREAMS_KEYS_REPEATED";

bool isPrinted(xcb_keysym_t keysym) { return keysym < 0xfd00 || keysym >= 0x01000000; }

/** Keys for volume, mail, brightness and so on: browsers report hardly one of them. */
bool isVendors(xcb_keysym_t keysym) { return keysym >= 0x1008fe00 && keysym <= 0x1008ffff; }

/** Detail of a motion that is counted from where the pointer is. */
constexpr uint8_t kRelative = 1;

/** Lower and upper case of a letter of Latin-1 and Unicode's keysyms of the same range. */
bool isLetter(xcb_keysym_t keysym) {
  return (keysym >= 'a' && keysym <= 'z') || (keysym >= 'A' && keysym <= 'Z') || (keysym >= 0xc0 && keysym <= 0xfe && keysym != 0xd7 && keysym != 0xf7);
}

}  // namespace

std::unique_ptr<DesktopInput> DesktopInput::open(const std::string& server, bool madeHere, const char*& why) {
  Rejection rejection = Rejection::none;
  auto connection = XConnection::open(server, rejection);
  if (!connection) {
    why = wordOf(rejection);
    return nullptr;
  }
  const auto version = answer(*connection, xcb_test_get_version_reply, xcb_test_get_version(connection->raw(), 2, 2));
  if (!version) {
    why = "no-xtest";
    return nullptr;
  }
  // A key-up that never arrives would type on; the viewer's keyboard repeats.
  std::unique_ptr<DesktopInput> input(new DesktopInput(std::move(connection), madeHere));
  input->stopRepeating();
  input->givenAtom_ = input->connection_->atom(kGivenProperty);
  input->given_ = input->connection_->property(input->connection_->screen(0)->root, input->givenAtom_, XCB_ATOM_CARDINAL).substr(0, kMostKeys);
  input->readKeyboard();
  return input;
}

DesktopInput::~DesktopInput() {
  if (broken()) return;
  releaseAll();
  if (repeated_) {
    const uint32_t on = XCB_AUTO_REPEAT_MODE_ON;
    xcb_change_keyboard_control(connection_->raw(), XCB_KB_AUTO_REPEAT_MODE, &on);
    xcb_delete_property(connection_->raw(), connection_->screen(0)->root, connection_->atom(kRepeatedProperty));
  }
  giveBack();
}

void DesktopInput::stopRepeating() {
  xcb_connection_t* raw = connection_->raw();
  const xcb_window_t root = connection_->screen(0)->root;
  const xcb_atom_t mark = connection_->atom(kRepeatedProperty);
  const auto keyboard = answer(*connection_, xcb_get_keyboard_control_reply, xcb_get_keyboard_control(raw));
  // A process that was killed has left the mark: whoever sits at a real screen has keys that repeat again in the end.
  repeated_ = (keyboard && keyboard->global_auto_repeat == XCB_AUTO_REPEAT_MODE_ON) || !connection_->property(root, mark, XCB_ATOM_CARDINAL).empty();
  if (!repeated_) return;
  const uint8_t one = 1;
  xcb_change_property(raw, XCB_PROP_MODE_REPLACE, root, mark, XCB_ATOM_CARDINAL, 8, 1, &one);
  const uint32_t off = XCB_AUTO_REPEAT_MODE_OFF;
  xcb_change_keyboard_control(raw, XCB_KB_AUTO_REPEAT_MODE, &off);
}

void DesktopInput::readEvents() {
  for (;;) {
    const Owned<xcb_generic_event_t> event(xcb_poll_for_event(connection_->raw()));
    if (!event) return;
    if (echo_.take(*event)) continue;
    if ((event->response_type & 0x7f) == XCB_MAPPING_NOTIFY) stale_ = true;
  }
}

void DesktopInput::readKeyboard() {
  stale_ = false;
  const xcb_setup_t* setup = xcb_get_setup(connection_->raw());
  const auto count = static_cast<uint8_t>(setup->max_keycode - setup->min_keycode + 1);
  const auto mapping = answer(*connection_, xcb_get_keyboard_mapping_reply, xcb_get_keyboard_mapping(connection_->raw(), setup->min_keycode, count));
  if (!mapping || mapping->keysyms_per_keycode == 0) return;
  first_ = setup->min_keycode;
  columns_ = mapping->keysyms_per_keycode;
  const xcb_keysym_t* keysyms = xcb_get_keyboard_mapping_keysyms(mapping.get());
  keysyms_.assign(keysyms, keysyms + xcb_get_keyboard_mapping_keysyms_length(mapping.get()));
  std::vector<Spare> spares;
  for (uint32_t index = 0; index * columns_ < keysyms_.size(); index++) {
    const auto keycode = static_cast<xcb_keycode_t>(first_ + index);
    const xcb_keysym_t* keysyms = keysyms_.data() + index * columns_;
    // A change of layout takes away what a spare key was given.
    if (!isSpare(keycode, keysyms)) continue;
    Spare spare = {keycode, isVendors(keysyms[0]) ? 0 : keysyms[0]};
    const auto known = std::find_if(spares_.begin(), spares_.end(), [&](const Spare& each) { return each.keycode == keycode; });
    if (known != spares_.end()) {
      spare.usedUs = known->usedUs;
      spare.question = known->question;
    }
    spares.push_back(spare);
  }
  spares_ = std::move(spares);
}

bool DesktopInput::isSpare(xcb_keycode_t keycode, const xcb_keysym_t* keysyms) const {
  if (madeHere_ && std::all_of(keysyms, keysyms + columns_, [](xcb_keysym_t each) { return each == 0 || isVendors(each); })) return true;
  const bool one = std::all_of(keysyms + 1, keysyms + columns_, [&](xcb_keysym_t each) { return each == 0 || each == keysyms[0]; });
  if (!one || keysyms[0] == 0) return one;
  return isPrinted(keysyms[0]) && given_.find(static_cast<char>(keycode)) != std::string::npos;
}

void DesktopInput::use(Spare& spare, int64_t nowUs) {
  spare.usedUs = nowUs;
  spare.question = echo_.next();
}

void DesktopInput::give(Spare& spare, xcb_keysym_t keysym) {
  const xcb_keysym_t both[2] = {keysym, keysym};
  xcb_change_keyboard_mapping(connection_->raw(), 1, spare.keycode, 2, both);
  noteGiven(spare, keysym);
}

void DesktopInput::noteGiven(Spare& spare, xcb_keysym_t keysym) {
  spare.keysym = keysym;
  const size_t index = static_cast<size_t>(spare.keycode - first_) * columns_;
  for (uint32_t column = 0; column < columns_ && index + column < keysyms_.size(); column++) keysyms_[index + column] = column < 2 ? keysym : 0;
  if (given_.find(static_cast<char>(spare.keycode)) != std::string::npos) return;
  given_.push_back(static_cast<char>(spare.keycode));
  xcb_change_property(connection_->raw(), XCB_PROP_MODE_REPLACE, connection_->screen(0)->root, givenAtom_, XCB_ATOM_CARDINAL, 8,
                      static_cast<uint32_t>(given_.size()), given_.data());
}

void DesktopInput::giveBack() {
  int64_t usedUs = 0;
  for (const Spare& spare : spares_) usedUs = std::max(usedUs, spare.usedUs);
  const int64_t waitUs = usedUs + kSettleUs - ami::nowUs();
  if (waitUs > 0) usleep(static_cast<useconds_t>(std::min(waitUs, kSettleUs)));
  readEvents();
  if (stale_) readKeyboard();
  for (Spare& spare : spares_) {
    if (spare.keysym != 0) give(spare, 0);
  }
  xcb_delete_property(connection_->raw(), connection_->screen(0)->root, givenAtom_);
  // The end of a connection with unread events takes away what the server has not read: an answer says that it has.
  answer(*connection_, xcb_get_input_focus_reply, xcb_get_input_focus(connection_->raw()));
}

xcb_keysym_t DesktopInput::at(uint32_t keycode, uint32_t column) const {
  const size_t index = static_cast<size_t>(keycode - first_) * columns_ + column;
  return column < columns_ && index < keysyms_.size() ? keysyms_[index] : 0;
}

xcb_keycode_t DesktopInput::findKey(xcb_keysym_t keysym, uint16_t state) const {
  if (columns_ == 0) return 0;
  const uint32_t group = state >> 13 & 1;
  const bool shift = (state & XCB_MOD_MASK_SHIFT) != 0;
  const bool lock = (state & XCB_MOD_MASK_LOCK) != 0;
  const uint32_t count = static_cast<uint32_t>(keysyms_.size()) / columns_;
  for (uint32_t keycode = first_; keycode < first_ + count; keycode++) {
    const xcb_keysym_t plain = at(keycode, group * 2);
    const xcb_keysym_t shifted = at(keycode, group * 2 + 1);
    const bool upper = isLetter(plain) ? shift != lock : shift;
    const xcb_keysym_t written = upper && shifted != 0 ? shifted : plain;
    if (written == keysym) return static_cast<xcb_keycode_t>(keycode);
  }
  // Return, arrows, modifiers: the same key whatever else is down.
  if (isPrinted(keysym)) return 0;
  for (uint32_t column = 0; column < std::min(columns_, 2u); column++) {
    for (uint32_t keycode = first_; keycode < first_ + count; keycode++) {
      if (at(keycode, column) == keysym) return static_cast<xcb_keycode_t>(keycode);
    }
  }
  return 0;
}

xcb_keycode_t DesktopInput::takeSpare(xcb_keysym_t keysym) {
  const int64_t now = ami::nowUs();
  Spare* chosen = nullptr;
  const auto keys = answer(*connection_, xcb_query_keymap_reply, xcb_query_keymap(connection_->raw()));
  const auto isDown = [&](xcb_keycode_t keycode) { return keys && (keys->keys[keycode / 8] & (1 << (keycode % 8))) != 0; };
  for (Spare& spare : spares_) {
    if (spare.keysym == keysym) {
      use(spare, now);
      return spare.keycode;
    }
    if (isDown(spare.keycode)) continue;
    if (chosen == nullptr || spare.usedUs < chosen->usedUs) chosen = &spare;
  }
  if (chosen == nullptr) return 0;
  if (chosen->usedUs != 0 && now - chosen->usedUs < kSettleUs) usleep(static_cast<useconds_t>(kSettleUs - (now - chosen->usedUs)));
  give(*chosen, keysym);
  use(*chosen, ami::nowUs());
  return chosen->keycode;
}

xcb_keycode_t DesktopInput::press(xcb_keysym_t keysym) {
  if (keysym == 0 || broken()) return 0;
  const auto pointer = answer(*connection_, xcb_query_pointer_reply, xcb_query_pointer(connection_->raw(), connection_->screen(0)->root));
  if (!pointer) return 0;
  readEvents();
  if (stale_) readKeyboard();
  xcb_keycode_t keycode = findKey(keysym, pointer->mask);
  // One that was given this meaning before keeps it while programs read it.
  for (Spare& spare : spares_) {
    if (spare.keycode == keycode) use(spare, ami::nowUs());
  }
  if (keycode == 0) keycode = takeSpare(keysym);
  if (keycode != 0) fake(XCB_KEY_PRESS, keycode);
  return keycode;
}

size_t DesktopInput::prepare(const std::vector<xcb_keysym_t>& keysyms) {
  if (broken()) return keysyms.size();
  const auto pointerCookie = xcb_query_pointer(connection_->raw(), connection_->screen(0)->root);
  const auto keysCookie = xcb_query_keymap(connection_->raw());
  const auto pointer = answer(*connection_, xcb_query_pointer_reply, pointerCookie);
  const auto keys = answer(*connection_, xcb_query_keymap_reply, keysCookie);
  if (!pointer || !keys) return keysyms.size();
  readEvents();
  if (stale_) readKeyboard();
  const int64_t now = ami::nowUs();
  std::vector<xcb_keysym_t> given;
  std::pair<size_t, size_t> run{0, 0};
  size_t index = 0;
  for (; index < keysyms.size(); index++) {
    const xcb_keysym_t keysym = keysyms[index];
    const xcb_keycode_t found = keysym == 0 ? 0 : findKey(keysym, pointer->mask);
    for (Spare& spare : spares_) {
      if (found != 0 && spare.keycode == found) use(spare, now);
    }
    if (keysym == 0 || found != 0 || std::find(given.begin(), given.end(), keysym) != given.end()) continue;
    if (given.empty()) {
      if (std::any_of(spares_.begin(), spares_.end(), [&](const Spare& spare) { return echo_.stateOf(spare.question, now) != KeyEcho::State::read; }))
        echo_.ask(now);
      run = freeRun(*keys, now);
      if (run.second == 0) {
        // Where no key has no meaning, nothing is waited for.
        if (spares_.empty()) continue;
        return index;
      }
    }
    if (given.size() == run.second) break;
    given.push_back(keysym);
  }
  giveRun(run.first, given, now);
  if (index == keysyms.size()) echo_.stopListening();
  return index;
}

std::pair<size_t, size_t> DesktopInput::freeRun(const xcb_query_keymap_reply_t& keys, int64_t now) const {
  std::pair<size_t, size_t> best{0, 0};
  int64_t bestUs = 0;
  for (size_t start = 0; start < spares_.size();) {
    size_t count = 0;
    int64_t usedUs = 0;
    bool isFree = true;
    while (start + count < spares_.size() && count < kMostInRun && spares_[start + count].keycode == spares_[start].keycode + count) {
      const Spare& spare = spares_[start + count];
      usedUs = std::max(usedUs, spare.usedUs);
      const KeyEcho::State state = echo_.stateOf(spare.question, now);
      if (state == KeyEcho::State::unread || (state == KeyEcho::State::unknown && now - spare.usedUs < kTextSettleUs)) isFree = false;
      if ((keys.keys[spare.keycode / 8] & (1 << (spare.keycode % 8))) != 0) isFree = false;
      count++;
    }
    // The one that was not used for the longest time; of those that never were the longest.
    if (isFree && (best.second == 0 || usedUs < bestUs || (usedUs == bestUs && count > best.second))) {
      best = {start, count};
      bestUs = usedUs;
    }
    start += count;
  }
  return best;
}

void DesktopInput::giveRun(size_t start, const std::vector<xcb_keysym_t>& keysyms, int64_t now) {
  if (keysyms.empty()) return;
  std::vector<xcb_keysym_t> both;
  for (size_t at = 0; at < keysyms.size(); at++) {
    both.insert(both.end(), 2, keysyms[at]);
    use(spares_[start + at], now);
  }
  const auto count = static_cast<uint8_t>(keysyms.size());
  xcb_change_keyboard_mapping(connection_->raw(), count, spares_[start].keycode, 2, both.data());
  for (size_t at = 0; at < keysyms.size(); at++) noteGiven(spares_[start + at], keysyms[at]);
}

void DesktopInput::release(xcb_keycode_t keycode) { fake(XCB_KEY_RELEASE, keycode); }

void DesktopInput::move(int x, int y) { fake(XCB_MOTION_NOTIFY, 0, x, y); }

void DesktopInput::shift(int x, int y) { fake(XCB_MOTION_NOTIFY, kRelative, x, y); }

void DesktopInput::button(int number, bool down) { fake(down ? XCB_BUTTON_PRESS : XCB_BUTTON_RELEASE, static_cast<uint8_t>(number)); }

void DesktopInput::fake(uint8_t type, uint8_t detail, int x, int y) {
  if (broken()) return;
  if (echo_.listens()) readEvents();
  const xcb_window_t root = connection_->screen(0)->root;
  xcb_test_fake_input(connection_->raw(), type, detail, XCB_CURRENT_TIME, type == XCB_MOTION_NOTIFY ? root : XCB_NONE, static_cast<int16_t>(x),
                      static_cast<int16_t>(y), 0);
  xcb_flush(connection_->raw());
}

void DesktopInput::releaseAll() {
  const auto keys = answer(*connection_, xcb_query_keymap_reply, xcb_query_keymap(connection_->raw()));
  if (keys) {
    for (int keycode = 8; keycode < 256; keycode++) {
      if ((keys->keys[keycode / 8] & (1 << (keycode % 8))) != 0) fake(XCB_KEY_RELEASE, static_cast<uint8_t>(keycode));
    }
  }
  const auto pointer = answer(*connection_, xcb_query_pointer_reply, xcb_query_pointer(connection_->raw(), connection_->screen(0)->root));
  if (!pointer) return;
  for (int number = 1; number <= 5; number++) {
    if ((pointer->mask & (XCB_BUTTON_MASK_1 << (number - 1))) != 0) fake(XCB_BUTTON_RELEASE, static_cast<uint8_t>(number));
  }
}

}  // namespace x11
