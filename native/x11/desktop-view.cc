#include "desktop-view.h"

#include <poll.h>
#include <pthread.h>
#include <xcb/damage.h>
#include <xcb/randr.h>
#include <xcb/xfixes.h>

#include <algorithm>
#include <thread>

#include "capture/changed-rows.h"
#include "desktop/few-parts.h"
#include "media-store/monotonic.h"
#include "screen-size.h"

namespace x11 {

namespace {

/** Nobody's pointer is larger. */
constexpr int kMostCursorSide = 256;
/** Between two images of the pointer: a program may change it thousands of times a second. */
constexpr int64_t kCursorEveryUs = 15'000;

}  // namespace

DesktopView::DesktopView(std::string server, Listener listener)
    : server_(std::move(server)), listener_(std::move(listener)) {}

void DesktopView::begin() {
  std::thread([view = shared_from_this()] { view->run(); }).detach();
}

void DesktopView::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.wake();
}

void DesktopView::next() {
  {
    const std::lock_guard lock(mutex_);
    taken_ = false;
  }
  wake_.wake();
}

void DesktopView::again() {
  {
    const std::lock_guard lock(mutex_);
    again_ = true;
  }
  wake_.wake();
}

void DesktopView::resize(int width, int height) {
  {
    const std::lock_guard lock(mutex_);
    wantedWidth_ = width;
    wantedHeight_ = height;
  }
  wake_.wake();
}

void DesktopView::arrange(std::vector<ami::Rect> areas) {
  {
    const std::lock_guard lock(mutex_);
    wantedMonitors_ = std::move(areas);
  }
  wake_.wake();
}

const uint8_t* DesktopView::frame(int& width, int& height) {
  const std::lock_guard lock(mutex_);
  if (!taken_ || reader_ == nullptr) return nullptr;
  width = width_;
  height = height_;
  return reader_->frame();
}

void DesktopView::run() {
  pthread_setname_np(pthread_self(), "x11-desktop");
  Rejection why = Rejection::none;
  const auto connection = XConnection::open(server_, why);
  if (!connection) {
    listener_.lost(wordOf(why));
    return;
  }
  if (!connection->has().damage || !connection->has().fixes) {
    listener_.lost("no-damage");
    return;
  }
  serve(*connection);
  listener_.lost("server-lost");
}

void DesktopView::serve(const XConnection& connection) {
  xcb_connection_t* raw = connection.raw();
  const xcb_window_t root = connection.screen(0)->root;
  const uint32_t structure = XCB_EVENT_MASK_STRUCTURE_NOTIFY;
  xcb_change_window_attributes(raw, root, XCB_CW_EVENT_MASK, &structure);
  xcb_xfixes_select_cursor_input(raw, root, XCB_XFIXES_CURSOR_NOTIFY_MASK_DISPLAY_CURSOR);
  damage_ = xcb_generate_id(raw);
  xcb_damage_create(raw, damage_, root, XCB_DAMAGE_REPORT_LEVEL_NON_EMPTY);
  region_ = xcb_generate_id(raw);
  xcb_xfixes_create_region(raw, region_, 0, nullptr);
  ScreenReader reader(connection);
  while (!connection.broken()) {
    bool stopping, taken;
    int width, height;
    std::vector<ami::Rect> monitors;
    {
      const std::lock_guard lock(mutex_);
      monitors = std::exchange(wantedMonitors_, {});
      stopping = stopping_;
      taken = taken_;
      width = std::exchange(wantedWidth_, 0);
      height = std::exchange(wantedHeight_, 0);
      reader_ = &reader;
    }
    if (stopping) break;
    if (width > 0 && height > 0) setScreenSize(connection, width, height);
    if (!monitors.empty()) setMonitors(connection, monitors);
    readEvents(connection);
    if (rearranged_ || !monitors.empty()) tellMonitors(connection, !monitors.empty());
    if (reshaped_ && waitMs() == 0) readCursor(connection);
    if (!taken) look(connection);
    xcb_flush(raw);
    pollfd waits[2] = {{wake_.fd(), POLLIN, 0}, {connection.fd(), POLLIN, 0}};
    // What XCB read while it waited for answers is in its queue, and not in the socket.
    if (!readEvents(connection)) poll(waits, 2, reshaped_ ? waitMs() : -1);
    wake_.clear();
  }
  // JavaScript may be reading the frame: it is left alone until it has been taken.
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (!taken_ || stopping_) {
        reader_ = nullptr;
        taken_ = false;
        return;
      }
    }
    pollfd wait = {wake_.fd(), POLLIN, 0};
    poll(&wait, 1, 1000);
    wake_.clear();
  }
}

/** True where there were some. */
bool DesktopView::readEvents(const XConnection& connection) {
  bool any = false;
  for (;;) {
    const Owned<xcb_generic_event_t> event(xcb_poll_for_event(connection.raw()));
    if (!event) return any;
    any = true;
    const int type = event->response_type & 0x7f;
    if (type == connection.has().damageEvent + XCB_DAMAGE_NOTIFY) {
      if (!damaged_) noticedUs_ = ami::nowUs();
      damaged_ = true;
    } else if (type == connection.has().fixesEvent + XCB_XFIXES_CURSOR_NOTIFY) {
      reshaped_ = true;
    } else if (type == XCB_CONFIGURE_NOTIFY) {
      moved_ = true;
      rearranged_ = true;
    }
  }
}

void DesktopView::tellMonitors(const XConnection& connection, bool arranged) {
  rearranged_ = false;
  std::vector<MonitorInfo> monitors = listMonitors(connection);
  {
    // What is wanted by now is something else: that follows.
    const std::lock_guard lock(mutex_);
    arranged = arranged && wantedMonitors_.empty();
  }
  if (monitors == monitors_ && !arranged) return;
  monitors_ = monitors;
  listener_.monitors(std::move(monitors), arranged);
}

void DesktopView::look(const XConnection& connection) {
  bool again;
  {
    const std::lock_guard lock(mutex_);
    again = std::exchange(again_, false);
  }
  if (!damaged_ && !moved_ && !all_ && !again) return;
  bool all = std::exchange(all_, false);
  if (noticedUs_ == 0) noticedUs_ = ami::nowUs();
  xcb_connection_t* raw = connection.raw();
  const xcb_screen_t& screen = *connection.screen(0);
  if (moved_ || width_ == 0) {
    const auto size = answer(connection, xcb_get_geometry_reply, xcb_get_geometry(raw, screen.root));
    if (!size || size->width == 0 || size->height == 0 || size->width > ami::kMaxSide || size->height > ami::kMaxSide) return;
    const std::lock_guard lock(mutex_);
    all = all || size->width != width_ || size->height != height_;
    width_ = size->width;
    height_ = size->height;
  }
  moved_ = false;
  DesktopChange change;
  change.width = width_;
  change.height = height_;
  change.noticedUs = std::exchange(noticedUs_, 0);
  // Taken before the pixels are read: what is drawn meanwhile is a change again.
  damaged_ = false;
  xcb_damage_subtract(raw, damage_, XCB_NONE, region_);
  const auto region = answer(connection, xcb_xfixes_fetch_region_reply, xcb_xfixes_fetch_region(raw, region_));
  const ami::Rect whole = {0, 0, width_, height_};
  if (all) {
    change.parts.push_back(whole);
  } else if (region) {
    const xcb_rectangle_t* parts = xcb_xfixes_fetch_region_rectangles(region.get());
    for (int index = 0; index < xcb_xfixes_fetch_region_rectangles_length(region.get()); index++) {
      const ami::Rect inside = ami::Rect{parts[index].x, parts[index].y, parts[index].width, parts[index].height}.intersected(whole);
      if (!inside.empty()) change.parts.push_back(inside);
    }
    ami::joinMany(change.parts);
  }
  if (change.parts.empty() && !again) return;
  ami::ChangedRows rows;
  rows.reset(width_, height_);
  for (const ami::Rect& part : change.parts) rows.add(part);
  std::vector<ami::RowSpan> spans;
  rows.read(spans);
  if (!reader_->resize(width_, height_, connection.formatOf(screen.root_depth, screen.root_visual)) ||
      !reader_->read(screen.root, whole, spans)) {
    // Its size changed meanwhile, which an event says.
    all_ = true;
    return;
  }
  change.readyUs = ami::nowUs();
  {
    const std::lock_guard lock(mutex_);
    taken_ = true;
  }
  listener_.changed(std::move(change));
}

/** Until the pointer's image may be read. */
int DesktopView::waitMs() const {
  const int64_t leftUs = cursorUs_ + kCursorEveryUs - ami::nowUs();
  return static_cast<int>(std::clamp<int64_t>((leftUs + 999) / 1000, 0, kCursorEveryUs / 1000));
}

void DesktopView::readCursor(const XConnection& connection) {
  reshaped_ = false;
  cursorUs_ = ami::nowUs();
  const auto image = answer(connection, xcb_xfixes_get_cursor_image_reply, xcb_xfixes_get_cursor_image(connection.raw()));
  if (!image || image->width > kMostCursorSide || image->height > kMostCursorSide) return;
  CursorImage cursor;
  cursor.width = image->width;
  cursor.height = image->height;
  cursor.hotX = image->xhot;
  cursor.hotY = image->yhot;
  const uint32_t* words = xcb_xfixes_get_cursor_image_cursor_image(image.get());
  cursor.pixels.assign(words, words + xcb_xfixes_get_cursor_image_cursor_image_length(image.get()));
  if (cursor.pixels.size() == static_cast<size_t>(cursor.width) * static_cast<size_t>(cursor.height)) {
    reshaped_ = !listener_.cursor(std::move(cursor));
  }
}

}  // namespace x11
