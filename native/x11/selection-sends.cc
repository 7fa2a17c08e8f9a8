#include "selection-sends.h"

#include <algorithm>

#include "media-store/monotonic.h"

namespace x11 {

namespace {

/** A program that takes nothing for so long, or waits for bytes that do not come, is given up. */
constexpr int64_t kSilentSendUs = 10'000'000;
/** Programs that wait or take at a time; a display has a handful. */
constexpr size_t kMostPrograms = 32;
constexpr size_t kMostPortionBytes = 256 * 1024;

}  // namespace

SelectionSends::SelectionSends(const XConnection& connection, xcb_atom_t selection)
    : connection_(connection),
      selection_(selection),
      targets_(connection.atom("TARGETS")),
      timestamp_(connection.atom("TIMESTAMP")),
      portions_(connection.atom("INCR")),
      portionBytes_(std::min<size_t>(static_cast<size_t>(xcb_get_maximum_request_length(connection.raw())) * 4 - 100, kMostPortionBytes)) {}

void SelectionSends::offer(const std::vector<xcb_atom_t>& targets) {
  forget();
  for (const xcb_atom_t target : targets) offered_[target] = nullptr;
}

void SelectionSends::provide(xcb_atom_t target, Data data) {
  const auto found = offered_.find(target);
  if (found == offered_.end()) return;
  found->second = std::move(data);
  for (auto each = waiting_.begin(); each != waiting_.end();) {
    const auto waiting = each++;
    if (waiting->request.target != target) continue;
    send(waiting->request, found->second);
    waiting_.erase(waiting);
  }
}

void SelectionSends::withdraw() {
  rejectWaiting();
  for (auto each = offered_.begin(); each != offered_.end();) each = each->second ? std::next(each) : offered_.erase(each);
}

void SelectionSends::forget() {
  rejectWaiting();
  offered_.clear();
}

bool SelectionSends::take(const xcb_generic_event_t& event) {
  const int type = event.response_type & 0x7f;
  if (type == XCB_SELECTION_REQUEST) {
    const auto& request = reinterpret_cast<const xcb_selection_request_event_t&>(event);
    if (request.selection == selection_) serve(request);
    return true;
  }
  if (type == XCB_PROPERTY_NOTIFY) {
    const auto& notify = reinterpret_cast<const xcb_property_notify_event_t&>(event);
    if (notify.state != XCB_PROPERTY_DELETE) return false;
    const auto sending = std::find_if(sending_.begin(), sending_.end(),
                                      [&](const Sending& each) { return each.window == notify.window && each.property == notify.atom; });
    if (sending == sending_.end()) return false;
    sendPortion(sending);
    return true;
  }
  if (type == XCB_DESTROY_NOTIFY) {
    const xcb_window_t window = reinterpret_cast<const xcb_destroy_notify_event_t&>(event).window;
    sending_.remove_if([window](const Sending& each) { return each.window == window; });
    return true;
  }
  return false;
}

int SelectionSends::expire() {
  const int64_t late = ami::nowUs() - kSilentSendUs;
  for (auto each = waiting_.begin(); each != waiting_.end();) {
    const auto waiting = each++;
    if (waiting->sinceUs > late) continue;
    notify(waiting->request, false);
    waiting_.erase(waiting);
  }
  sending_.remove_if([late](const Sending& each) { return each.sinceUs <= late; });
  return waiting_.empty() && sending_.empty() ? -1 : 1000;
}

void SelectionSends::serve(const xcb_selection_request_event_t& request) {
  xcb_connection_t* raw = connection_.raw();
  const xcb_atom_t property = request.property == XCB_ATOM_NONE ? request.target : request.property;
  const auto found = offered_.find(request.target);
  if (request.target == targets_) {
    std::vector<xcb_atom_t> list = {targets_, timestamp_};
    for (const auto& [target, data] : offered_) list.push_back(target);
    xcb_change_property(raw, XCB_PROP_MODE_REPLACE, request.requestor, property, XCB_ATOM_ATOM, 32, static_cast<uint32_t>(list.size()), list.data());
    notify(request, true);
  } else if (request.target == timestamp_) {
    xcb_change_property(raw, XCB_PROP_MODE_REPLACE, request.requestor, property, XCB_ATOM_INTEGER, 32, 1, &time_);
    notify(request, true);
  } else if (found == offered_.end() || waiting_.size() + sending_.size() >= kMostPrograms) {
    notify(request, false);
  } else if (found->second == nullptr) {
    waiting_.push_back({request, ami::nowUs()});
  } else {
    send(request, found->second);
  }
}

void SelectionSends::send(const xcb_selection_request_event_t& request, const Data& data) {
  xcb_connection_t* raw = connection_.raw();
  const xcb_atom_t property = request.property == XCB_ATOM_NONE ? request.target : request.property;
  if (data->size() <= portionBytes_) {
    xcb_change_property(raw, XCB_PROP_MODE_REPLACE, request.requestor, property, request.target, 8, static_cast<uint32_t>(data->size()), data->data());
  } else {
    const uint32_t events = XCB_EVENT_MASK_PROPERTY_CHANGE | XCB_EVENT_MASK_STRUCTURE_NOTIFY;
    xcb_change_window_attributes(raw, request.requestor, XCB_CW_EVENT_MASK, &events);
    const auto bytes = static_cast<uint32_t>(data->size());
    xcb_change_property(raw, XCB_PROP_MODE_REPLACE, request.requestor, property, portions_, 32, 1, &bytes);
    sending_.push_back({request.requestor, property, request.target, data, 0, ami::nowUs()});
  }
  notify(request, true);
}

void SelectionSends::notify(const xcb_selection_request_event_t& request, bool given) {
  // The server copies 32 bytes, whatever the event's own size.
  char bytes[32] = {};
  auto& event = *reinterpret_cast<xcb_selection_notify_event_t*>(bytes);
  event.response_type = XCB_SELECTION_NOTIFY;
  event.time = request.time;
  event.requestor = request.requestor;
  event.selection = request.selection;
  event.target = request.target;
  if (given) event.property = request.property == XCB_ATOM_NONE ? request.target : request.property;
  xcb_send_event(connection_.raw(), 0, request.requestor, XCB_EVENT_MASK_NO_EVENT, bytes);
}

/** An empty one is the end. */
void SelectionSends::sendPortion(std::list<Sending>::iterator sending) {
  const size_t bytes = std::min(portionBytes_, sending->data->size() - sending->at);
  xcb_change_property(connection_.raw(), XCB_PROP_MODE_REPLACE, sending->window, sending->property, sending->type, 8, static_cast<uint32_t>(bytes),
                      sending->data->data() + sending->at);
  sending->at += bytes;
  sending->sinceUs = ami::nowUs();
  if (bytes == 0) sending_.erase(sending);
}

void SelectionSends::rejectWaiting() {
  for (const Waiting& waiting : waiting_) notify(waiting.request, false);
  waiting_.clear();
}

}  // namespace x11
