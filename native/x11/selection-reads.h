#pragma once
#include <cstdint>
#include <functional>
#include <list>
#include <string>

#include "desktop/clipboard-types.h"
#include "x-connection.h"

namespace x11 {

using ami::ReadFault;

/**
 * Reads what other programs copied (ICCCM section 2): each reading has a window of its own, so that what comes late of one that was given up
 * belongs to nobody. Portions (INCR) are gathered up to a limit. For one thread.
 */
class SelectionReads {
 public:
  /** The bytes, or why they could not be read. */
  using Done = std::function<void(ReadFault fault, std::string data)>;

  SelectionReads(const XConnection& connection, xcb_atom_t selection);
  ~SelectionReads();
  SelectionReads(const SelectionReads&) = delete;
  SelectionReads& operator=(const SelectionReads&) = delete;

  /** `maxBytes`: what is larger is given up at once. */
  void start(xcb_atom_t target, size_t maxBytes, Done done);
  /** True where the event was of a reading. */
  bool take(const xcb_generic_event_t& event);
  /** Gives up those whose owner does not go on. ms until the next one may be late; -1 without one. */
  int expire();

 private:
  struct Reading {
    xcb_window_t window = XCB_NONE;
    size_t maxBytes = 0;
    Done done;
    bool inPortions = false;
    std::string data;
    /** When the owner answered last, and when it was asked; µs of the monotonic clock. */
    int64_t heardUs = 0;
    int64_t startedUs = 0;
  };
  using Place = std::list<Reading>::iterator;

  Place find(xcb_window_t window);
  void readFirst(Place reading);
  void readPortion(Place reading);
  /** Appends the property to the data; false where that would be too much. Deletes the property, which asks for the next portion. */
  bool append(Reading& reading, xcb_atom_t& type);
  void finish(Place reading, ReadFault fault);

  const XConnection& connection_;
  const xcb_atom_t selection_;
  const xcb_atom_t property_;
  const xcb_atom_t portions_;
  std::list<Reading> readings_;
};

}  // namespace x11
