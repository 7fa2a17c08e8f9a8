#include "selection-reads.h"

#include <algorithm>

#include "media-store/monotonic.h"

namespace x11 {

namespace {

/** An owner that does nothing for so long does not answer any more. */
constexpr int64_t kSilentReadUs = 3'000'000;
/** However slowly it answers: a transfer ends. */
constexpr int64_t kMostUs = 30'000'000;
/** More at a time are rejected. */
constexpr size_t kMostReadings = 16;
/** Of a property in one reply. */
constexpr uint32_t kReplyBytes = 1 << 20;

}  // namespace

SelectionReads::SelectionReads(const XConnection& connection, xcb_atom_t selection)
    : connection_(connection), selection_(selection), property_(connection.atom("AMI_STREAMS_SELECTION")), portions_(connection.atom("INCR")) {}

SelectionReads::~SelectionReads() {
  for (const Reading& reading : readings_) xcb_destroy_window(connection_.raw(), reading.window);
}

void SelectionReads::start(xcb_atom_t target, size_t maxBytes, Done done) {
  if (readings_.size() >= kMostReadings) {
    done(ReadFault::rejected, {});
    return;
  }
  Reading reading;
  reading.window = xcb_generate_id(connection_.raw());
  reading.maxBytes = maxBytes;
  reading.done = std::move(done);
  reading.heardUs = reading.startedUs = ami::nowUs();
  const uint32_t events = XCB_EVENT_MASK_PROPERTY_CHANGE;
  xcb_create_window(connection_.raw(), XCB_COPY_FROM_PARENT, reading.window, connection_.screen(0)->root, 0, 0, 1, 1, 0,
                    XCB_WINDOW_CLASS_INPUT_ONLY, XCB_COPY_FROM_PARENT, XCB_CW_EVENT_MASK, &events);
  xcb_convert_selection(connection_.raw(), reading.window, selection_, target, property_, XCB_CURRENT_TIME);
  readings_.push_back(std::move(reading));
}

bool SelectionReads::take(const xcb_generic_event_t& event) {
  const int type = event.response_type & 0x7f;
  if (type == XCB_SELECTION_NOTIFY) {
    const auto& notify = reinterpret_cast<const xcb_selection_notify_event_t&>(event);
    const Place reading = find(notify.requestor);
    if (reading == readings_.end() || reading->inPortions) return reading != readings_.end();
    if (notify.property != property_) finish(reading, ReadFault::rejected);
    else readFirst(reading);
    return true;
  }
  if (type == XCB_PROPERTY_NOTIFY) {
    const auto& notify = reinterpret_cast<const xcb_property_notify_event_t&>(event);
    const Place reading = find(notify.window);
    if (reading == readings_.end()) return false;
    if (reading->inPortions && notify.atom == property_ && notify.state == XCB_PROPERTY_NEW_VALUE) readPortion(reading);
    return true;
  }
  return false;
}

int SelectionReads::expire() {
  int64_t next = -1;
  for (Place each = readings_.begin(); each != readings_.end();) {
    const Place reading = each++;
    const int64_t left = std::min(reading->heardUs + kSilentReadUs, reading->startedUs + kMostUs) - ami::nowUs();
    if (left <= 0) finish(reading, ReadFault::timedOut);
    else next = next < 0 ? left : std::min(next, left);
  }
  return next < 0 ? -1 : static_cast<int>(next / 1000) + 1;
}

SelectionReads::Place SelectionReads::find(xcb_window_t window) {
  return std::find_if(readings_.begin(), readings_.end(), [window](const Reading& each) { return each.window == window; });
}

void SelectionReads::readFirst(Place reading) {
  reading->heardUs = ami::nowUs();
  const auto about = answer(connection_, xcb_get_property_reply,
                            xcb_get_property(connection_.raw(), 0, reading->window, property_, XCB_GET_PROPERTY_TYPE_ANY, 0, 1));
  if (about && about->type == portions_) {
    // The owner says how much it will be, at least.
    const bool said = xcb_get_property_value_length(about.get()) >= 4;
    if (said && *static_cast<const uint32_t*>(xcb_get_property_value(about.get())) > reading->maxBytes) {
      finish(reading, ReadFault::tooLarge);
      return;
    }
    reading->inPortions = true;
    xcb_delete_property(connection_.raw(), reading->window, property_);
    return;
  }
  xcb_atom_t type = XCB_ATOM_NONE;
  const bool fits = append(*reading, type);
  finish(reading, !fits ? ReadFault::tooLarge : type == XCB_ATOM_NONE ? ReadFault::rejected : ReadFault::none);
}

void SelectionReads::readPortion(Place reading) {
  reading->heardUs = ami::nowUs();
  const size_t before = reading->data.size();
  xcb_atom_t type = XCB_ATOM_NONE;
  if (!append(*reading, type)) finish(reading, ReadFault::tooLarge);
  // Two portions may have been noticed as one: a property that is not there is no end.
  else if (type != XCB_ATOM_NONE && reading->data.size() == before) finish(reading, ReadFault::none);
}

bool SelectionReads::append(Reading& reading, xcb_atom_t& type) {
  uint32_t at = 0;
  for (;;) {
    const auto part = answer(connection_, xcb_get_property_reply,
                             xcb_get_property(connection_.raw(), 0, reading.window, property_, XCB_GET_PROPERTY_TYPE_ANY, at, kReplyBytes / 4));
    if (!part || part->type == XCB_ATOM_NONE) break;
    type = part->type;
    const auto bytes = static_cast<size_t>(xcb_get_property_value_length(part.get()));
    if (reading.data.size() + bytes + part->bytes_after > reading.maxBytes) return false;
    reading.data.append(static_cast<const char*>(xcb_get_property_value(part.get())), bytes);
    at += static_cast<uint32_t>(bytes / 4);
    if (part->bytes_after == 0 || bytes == 0) break;
  }
  xcb_delete_property(connection_.raw(), reading.window, property_);
  return true;
}

void SelectionReads::finish(Place reading, ReadFault fault) {
  xcb_destroy_window(connection_.raw(), reading->window);
  Reading ended = std::move(*reading);
  readings_.erase(reading);
  ended.done(fault, fault == ReadFault::none ? std::move(ended.data) : std::string());
}

}  // namespace x11
