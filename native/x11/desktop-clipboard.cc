#include "desktop-clipboard.h"

#include <poll.h>
#include <pthread.h>
#include <xcb/xfixes.h>

#include <algorithm>
#include <cstring>
#include <thread>

namespace x11 {

namespace {

/** More formats than this are not looked at. */
constexpr size_t kMostTargets = 64;
/** Names of formats that differ; a display has some dozens. */
constexpr size_t kMostAtoms = 1000;

}  // namespace

DesktopClipboard::DesktopClipboard(std::string server, ami::ClipboardListener listener)
    : server_(std::move(server)), listener_(std::move(listener)) {}

void DesktopClipboard::begin() {
  std::thread([clipboard = shared_from_this()] { clipboard->run(); }).detach();
}

void DesktopClipboard::stop() { tasks_.stop(); }

void DesktopClipboard::read(uint32_t reading, std::string target, size_t maxBytes) {
  tasks_.post(
      [this, reading, target = std::move(target), maxBytes] {
        reads_->start(atom(target), maxBytes,
                      [this, reading](ReadFault fault, std::string data) { listener_.read(reading, fault, std::move(data)); });
      },
      false);
}

void DesktopClipboard::offer(std::vector<std::string> targets) {
  tasks_.offer([&] {
    // Here, because the thread may come to it later than a key is pressed over another connection.
    const bool claimed = raw_ != nullptr;
    if (claimed) {
      xcb_set_selection_owner(raw_, window_, selection_, XCB_CURRENT_TIME);
      xcb_flush(raw_);
    }
    return [this, claimed, targets = std::move(targets)] {
      std::vector<xcb_atom_t> atoms;
      for (const std::string& target : targets) atoms.push_back(atom(target));
      sends_->offer(atoms);
      if (!claimed) xcb_set_selection_owner(connection_->raw(), window_, selection_, XCB_CURRENT_TIME);
    };
  });
}

void DesktopClipboard::provide(std::vector<std::string> targets, std::string data) {
  tasks_.post(
      [this, targets = std::move(targets), data = std::make_shared<const std::string>(std::move(data))] {
        for (const std::string& target : targets) sends_->provide(atom(target), data);
      },
      true);
}

void DesktopClipboard::withdraw() {
  tasks_.post([this] { sends_->withdraw(); }, true);
}

void DesktopClipboard::run() {
  pthread_setname_np(pthread_self(), "x11-clipboard");
  Rejection why = Rejection::none;
  const auto connection = XConnection::open(server_, why);
  if (!connection) {
    listener_.lost(wordOf(why));
    return;
  }
  if (!connection->has().fixes) {
    listener_.lost("no-fixes");
    return;
  }
  serve(*connection);
  listener_.lost("server-lost");
}

void DesktopClipboard::serve(const XConnection& connection) {
  xcb_connection_t* raw = connection.raw();
  const xcb_atom_t selection = connection.atom("CLIPBOARD");
  const xcb_window_t window = xcb_generate_id(raw);
  const xcb_window_t root = connection.screen(0)->root;
  xcb_create_window(raw, XCB_COPY_FROM_PARENT, window, root, 0, 0, 1, 1, 0, XCB_WINDOW_CLASS_INPUT_ONLY, XCB_COPY_FROM_PARENT, 0, nullptr);
  xcb_xfixes_select_selection_input(raw, window, selection,
                                    XCB_XFIXES_SELECTION_EVENT_MASK_SET_SELECTION_OWNER | XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_WINDOW_DESTROY |
                                        XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_CLIENT_CLOSE);
  SelectionReads reads(connection, selection);
  SelectionSends sends(connection, selection);
  connection_ = &connection;
  reads_ = &reads;
  sends_ = &sends;
  tasks_.locked([&] {
    raw_ = raw;
    window_ = window;
    selection_ = selection;
  });
  const auto owner = answer(connection, xcb_get_selection_owner_reply, xcb_get_selection_owner(raw, selection));
  if (owner && owner->owner != XCB_NONE && owner->owner != window) readTargets();
  while (!connection.broken() && !tasks_.stopping()) {
    tasks_.run();
    readEvents();
    const int readWaitMs = reads.expire();
    const int sendWaitMs = sends.expire();
    // What was asked for while others were waited for is an event already.
    readEvents();
    xcb_flush(raw);
    pollfd waits[2] = {{tasks_.wakeFd(), POLLIN, 0}, {connection.fd(), POLLIN, 0}};
    poll(waits, 2, readWaitMs < 0 ? sendWaitMs : sendWaitMs < 0 ? readWaitMs : std::min(readWaitMs, sendWaitMs));
    tasks_.clearWake();
  }
  tasks_.locked([this] { raw_ = nullptr; });
}

void DesktopClipboard::readEvents() {
  for (;;) {
    const Owned<xcb_generic_event_t> event(xcb_poll_for_event(connection_->raw()));
    if (!event) return;
    take(*event);
  }
}

void DesktopClipboard::take(const xcb_generic_event_t& event) {
  // What is asked for now is of what was offered before, which may not have been looked at.
  if ((event.response_type & 0x7f) == XCB_SELECTION_REQUEST) tasks_.run();
  if (reads_->take(event) || sends_->take(event)) return;
  if ((event.response_type & 0x7f) != connection_->has().fixesEvent + XCB_XFIXES_SELECTION_NOTIFY) return;
  const auto& notify = reinterpret_cast<const xcb_xfixes_selection_notify_event_t&>(event);
  if (notify.owner == window_) {
    sends_->owned(notify.selection_timestamp);
    return;
  }
  // It may be ours again already.
  const auto owner = answer(*connection_, xcb_get_selection_owner_reply, xcb_get_selection_owner(connection_->raw(), selection_));
  if (owner && owner->owner == window_) return;
  sends_->forget();
  if (notify.owner != XCB_NONE) readTargets();
  else listener_.copied({});
}

/** Which formats there are. One reading at a time: programs may copy without end. */
void DesktopClipboard::readTargets() {
  stale_ = readingTargets_;
  if (readingTargets_) return;
  readingTargets_ = true;
  reads_->start(atom("TARGETS"), kMostTargets * 16 * sizeof(xcb_atom_t), [this](ReadFault fault, const std::string& list) {
    readingTargets_ = false;
    if (std::exchange(stale_, false)) readTargets();
    else if (fault == ReadFault::none) hand(list);
    else listener_.copied({});
  });
}

void DesktopClipboard::hand(const std::string& list) {
  const size_t count = std::min(kMostTargets, list.size() / sizeof(xcb_atom_t));
  std::vector<xcb_atom_t> targets(count);
  if (count > 0) std::memcpy(targets.data(), list.data(), count * sizeof(xcb_atom_t));
  std::vector<xcb_get_atom_name_cookie_t> asked;
  for (const xcb_atom_t target : targets) asked.push_back(xcb_get_atom_name(connection_->raw(), target));
  std::vector<std::string> names;
  for (const xcb_get_atom_name_cookie_t cookie : asked) {
    const auto name = answer(*connection_, xcb_get_atom_name_reply, cookie);
    if (name) names.emplace_back(xcb_get_atom_name_name(name.get()), static_cast<size_t>(xcb_get_atom_name_name_length(name.get())));
  }
  listener_.copied(std::move(names));
}

xcb_atom_t DesktopClipboard::atom(const std::string& name) {
  const auto known = atoms_.find(name);
  if (known != atoms_.end()) return known->second;
  const xcb_atom_t made = connection_->atom(name.c_str());
  if (atoms_.size() < kMostAtoms) atoms_[name] = made;
  return made;
}

}  // namespace x11
