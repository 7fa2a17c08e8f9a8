#pragma once
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "x-connection.h"

namespace x11 {

/**
 * Gives programs what they ask of a selection that we own (ICCCM section 2): those that ask before the bytes are there wait for them, and
 * what is large goes in portions (INCR). For one thread.
 */
class SelectionSends {
 public:
  SelectionSends(const XConnection& connection, xcb_atom_t selection);
  SelectionSends(const SelectionSends&) = delete;
  SelectionSends& operator=(const SelectionSends&) = delete;

  /** What there is from now on; who waits for what was there before gets nothing. */
  void offer(const std::vector<xcb_atom_t>& targets);
  /** The bytes of one of them. */
  void provide(xcb_atom_t target, std::shared_ptr<const std::string> data);
  /** What has not come will not come. */
  void withdraw();
  /** Another program copied. */
  void forget();
  /** When it became ours, in the server's time. */
  void owned(xcb_timestamp_t time) { time_ = time; }
  /** True where the event was for us. */
  bool take(const xcb_generic_event_t& event);
  /** Gives up programs that do not go on. ms until the next one may be late; -1 without one. */
  int expire();

 private:
  using Data = std::shared_ptr<const std::string>;
  /** A program that waits for bytes that have not come yet. */
  struct Waiting {
    xcb_selection_request_event_t request;
    int64_t sinceUs;
  };
  /** A program that takes one portion after the other. */
  struct Sending {
    xcb_window_t window;
    xcb_atom_t property;
    xcb_atom_t type;
    Data data;
    size_t at;
    int64_t sinceUs;
  };

  void serve(const xcb_selection_request_event_t& request);
  void send(const xcb_selection_request_event_t& request, const Data& data);
  void notify(const xcb_selection_request_event_t& request, bool given);
  void sendPortion(std::list<Sending>::iterator sending);
  void rejectWaiting();

  const XConnection& connection_;
  const xcb_atom_t selection_;
  const xcb_atom_t targets_;
  const xcb_atom_t timestamp_;
  const xcb_atom_t portions_;
  /** More goes in portions. */
  const size_t portionBytes_;
  xcb_timestamp_t time_ = XCB_CURRENT_TIME;
  /** Null until they come. */
  std::map<xcb_atom_t, Data> offered_;
  std::list<Waiting> waiting_;
  std::list<Sending> sending_;
};

}  // namespace x11
