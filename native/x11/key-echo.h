#pragma once
#include <cstdint>
#include <map>

#include "x-connection.h"

namespace x11 {

/**
 * Whether the program that has the keyboard has read the keys so far: it is asked as window managers ask programs whether they still answer
 * (EWMH, _NET_WM_PING), and answers when it has read what came before. Not every program does. For one thread.
 */
class KeyEcho {
 public:
  explicit KeyEcho(const XConnection& connection);

  /** The question that comes behind what is pressed now. */
  uint32_t next() const { return asked_ + 1; }
  /** Asks the program that has the keyboard now, unless it has a question to answer. `nowUs` of the monotonic clock. */
  void ask(int64_t nowUs);
  /** True where the event was an answer. */
  bool take(const xcb_generic_event_t& event);

  enum class State { read, unread, unknown };
  /** Of what was pressed before that question; unknown where the program answers none, or has not for long. */
  State stateOf(uint32_t question, int64_t nowUs) const;
  /** Answers come with what happens to all windows of the display: nobody reads that when this is true no more. */
  bool listens() const { return listens_; }
  void stopListening();

 private:
  /** The window of the program that has the keyboard where it answers; none where it does not. */
  xcb_window_t focused() const;

  const XConnection& connection_;
  const xcb_window_t root_;
  const xcb_atom_t protocols_;
  const xcb_atom_t ping_;
  xcb_window_t window_ = XCB_NONE;
  uint32_t asked_ = 0;
  struct Question {
    xcb_window_t window;
    int64_t askedUs;
  };
  /** Those without an answer, or whose answer nobody listened to, by their number. */
  std::map<uint32_t, Question> open_;
  bool listens_ = false;
};

}  // namespace x11
