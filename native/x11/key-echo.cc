#include "key-echo.h"

#include <algorithm>
#include <cstring>

namespace x11 {

namespace {

/** A program that has not answered by then hangs. */
constexpr int64_t kHangsUs = 15'000'000;
/** In the place of a time, by which window managers know their own questions. */
constexpr uint32_t kQuestions = 0xa5000000;
/** Questions to programs that hang are given up when so many others were asked. */
constexpr size_t kMostOpen = 8;
/** Windows in windows; the program's own is the last below the root, or the last but one where a window manager frames it. */
constexpr int kMostDepth = 16;

}  // namespace

KeyEcho::KeyEcho(const XConnection& connection)
    : connection_(connection), root_(connection.screen(0)->root), protocols_(connection.atom("WM_PROTOCOLS")), ping_(connection.atom("_NET_WM_PING")) {}

void KeyEcho::ask(int64_t nowUs) {
  const xcb_window_t window = focused();
  if (listens_ && window == window_ && open_.count(asked_) > 0) return;
  window_ = window;
  if (window == XCB_NONE) return;
  xcb_connection_t* raw = connection_.raw();
  const uint32_t events = XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY;
  if (!listens_) xcb_change_window_attributes(raw, root_, XCB_CW_EVENT_MASK, &events);
  listens_ = true;
  open_[++asked_] = {window, nowUs};
  if (open_.size() > kMostOpen) open_.erase(open_.begin());
  xcb_client_message_event_t message = {};
  message.response_type = XCB_CLIENT_MESSAGE;
  message.format = 32;
  message.window = window;
  message.type = protocols_;
  message.data.data32[0] = ping_;
  message.data.data32[1] = kQuestions | (asked_ & 0xffffff);
  message.data.data32[2] = window;
  xcb_send_event(raw, 0, window, XCB_EVENT_MASK_NO_EVENT, reinterpret_cast<const char*>(&message));
  xcb_flush(raw);
}

bool KeyEcho::take(const xcb_generic_event_t& event) {
  if ((event.response_type & 0x7f) != XCB_CLIENT_MESSAGE) return false;
  const auto& message = reinterpret_cast<const xcb_client_message_event_t&>(event);
  if (message.type != protocols_ || message.format != 32 || message.data.data32[0] != ping_) return false;
  const uint32_t number = message.data.data32[1];
  const auto answered = std::find_if(open_.begin(), open_.end(), [&](const auto& each) { return (kQuestions | (each.first & 0xffffff)) == number; });
  if (answered == open_.end()) return true;
  // A program answers in order: what it was asked before has been read as well.
  const auto [last, question] = *answered;
  for (auto each = open_.begin(); each != open_.end() && each->first <= last;) {
    if (each->second.window == question.window) each = open_.erase(each);
    else each++;
  }
  return true;
}

KeyEcho::State KeyEcho::stateOf(uint32_t question, int64_t nowUs) const {
  // It is asked next, of a program that may have one to answer yet.
  const auto waited = open_.find(std::min(question, asked_));
  if (question <= asked_ && waited == open_.end()) return State::read;
  if (window_ == XCB_NONE || (waited != open_.end() && nowUs - waited->second.askedUs >= kHangsUs)) return State::unknown;
  return State::unread;
}

void KeyEcho::stopListening() {
  if (!listens_) return;
  const uint32_t events = XCB_EVENT_MASK_NO_EVENT;
  xcb_change_window_attributes(connection_.raw(), root_, XCB_CW_EVENT_MASK, &events);
  xcb_flush(connection_.raw());
  listens_ = false;
}

xcb_window_t KeyEcho::focused() const {
  xcb_connection_t* raw = connection_.raw();
  const auto focus = answer(connection_, xcb_get_input_focus_reply, xcb_get_input_focus(raw));
  xcb_window_t window = focus ? focus->focus : static_cast<xcb_window_t>(XCB_NONE);
  for (int depth = 0; depth < kMostDepth && window != XCB_NONE && window != XCB_INPUT_FOCUS_POINTER_ROOT && window != root_; depth++) {
    const std::string known = connection_.property(window, protocols_, XCB_ATOM_ATOM);
    for (size_t at = 0; at + sizeof(xcb_atom_t) <= known.size(); at += sizeof(xcb_atom_t)) {
      xcb_atom_t atom;
      std::memcpy(&atom, known.data() + at, sizeof atom);
      if (atom == ping_) return window;
    }
    const auto tree = answer(connection_, xcb_query_tree_reply, xcb_query_tree(raw, window));
    window = tree ? tree->parent : static_cast<xcb_window_t>(XCB_NONE);
  }
  return XCB_NONE;
}

}  // namespace x11
