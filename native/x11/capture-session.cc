#include "capture-session.h"

#include <time.h>

#include <algorithm>

namespace x11 {

using ami::CaptureOrder;
using ami::CaptureReport;

namespace {

/** Between looks for a window or display that is missing, where no event tells that it came: titles change without one. */
constexpr int64_t kSearchUs = 1'000'000;
/** After an event that may have brought it: such come in bursts. */
constexpr int64_t kSearchSoonUs = 30'000;

int64_t threadCpuUs() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * int64_t{1'000'000} + time.tv_nsec / 1000;
}

}  // namespace

CaptureSession::CaptureSession(Capture& capture, const XConnection& connection, std::string server)
    : capture_(capture), connection_(connection), server_(std::move(server)), reader_(connection), pointer_(connection) {}

bool CaptureSession::run() {
  takeOrder();
  while (!capture_.stopping()) {
    if (connection_.broken()) return true;
    takeOrder();
    if (order_.server != server_) return false;
    readEvents();
    const int64_t now = ami::nowUs();
    if (!target_ && now >= searchUs_) search();
    if (connection_.broken()) return true;
    const int64_t due = nextDue(now);
    if (due <= now) {
      frame();
      continue;
    }
    xcb_flush(connection_.raw());
    // Between an event and the time for a frame nothing that happens matters: the server is left unread.
    capture_.sleepUntil(due, pending() ? -1 : connection_.fd());
  }
  return false;
}

void CaptureSession::takeOrder() {
  CaptureOrder order;
  const bool first = orderNumber_ == 0;
  if (!capture_.takeOrder(order, orderNumber_)) return;
  const bool same = !first && order.sameTarget(order_);
  if (same && order_.resting && !order.resting) atOnce_ = true;
  if (order.cursor != (!first && order_.cursor)) pointer_.watch(order.cursor);
  if (same && order.cursor != order_.cursor) all_ = true;
  order_ = order;
  if (same) return;
  target_.reset();
  searchUs_ = 0;
}

void CaptureSession::search() {
  CaptureReport report;
  auto found = CaptureTarget::find(connection_, order_, report);
  // A server that died meanwhile has nothing: its death is reported instead.
  if (connection_.broken()) return;
  searchUs_ = ami::nowUs() + kSearchUs;
  if (!found && shown_) {
    capture_.store().clear();
    shown_ = false;
  }
  report_ = report;
  target_ = std::move(found);
  all_ = atOnce_ = true;
  damaged_ = false;
  if (target_) {
    report_.state = CaptureReport::State::running;
    pointer_.doubt();
    if (!target_->hidden()) return;
    // Nothing is shown of it yet; what another one showed is not its frame.
    capture_.store().clear();
    shown_ = false;
  }
  tell();
}

void CaptureSession::tell() {
  if (target_) {
    report_.hidden = target_->hidden();
    report_.state = report_.hidden && !shown_ ? CaptureReport::State::waiting : CaptureReport::State::running;
    if (report_.hidden && !shown_) report_.reason = "window-hidden";
    else if (report_.reason == "window-hidden") report_.reason.clear();
  }
  capture_.tell(report_);
}

void CaptureSession::lose() {
  target_.reset();
  searchUs_ = 0;
}

void CaptureSession::readEvents() {
  for (;;) {
    const Owned<xcb_generic_event_t> event(xcb_poll_for_event(connection_.raw()));
    if (!event) return;
    // Errors of requests that nobody waits for: what they were about is gone, which other events tell.
    if (event->response_type == 0 || pointer_.handle(*event)) continue;
    switch (target_ ? target_->handle(*event) : CaptureTarget::Change::none) {
      case CaptureTarget::Change::damage:
        damaged_ = true;
        break;
      case CaptureTarget::Change::moved:
        pointer_.doubt();
        break;
      case CaptureTarget::Change::shape:
        all_ = true;
        pointer_.doubt();
        tell();
        break;
      case CaptureTarget::Change::layout:
      case CaptureTarget::Change::closed:
        lose();
        break;
      case CaptureTarget::Change::none:
        break;
    }
    if (!target_) searchUs_ = std::min(searchUs_, ami::nowUs() + kSearchSoonUs);
  }
}

bool CaptureSession::pending() const {
  if (!target_ || target_->hidden()) return false;
  return all_ || damaged_ || !target_->watchesDamage() || (order_.cursor && pointer_.doubted());
}

int64_t CaptureSession::nextDue(int64_t now) const {
  if (!target_) return searchUs_;
  const bool asks = pointerIsSeen() && !order_.resting;
  if (!pending() && !asks) return Capture::kNever;
  if (pending() && atOnce_) return now;
  return order_.beforeFrame(pending() ? now : pointerAskedUs_ + pointerPauseUs_, lastUs_, meanUs_);
}

void CaptureSession::addPointer() {
  const bool seen = pointerIsSeen();
  if (seen && (all_ || pointer_.doubted() || ami::nowUs() >= pointerAskedUs_ + pointerPauseUs_)) {
    const Rect before = pointer_.area();
    pointer_.refresh(target_->window());
    pointerAskedUs_ = ami::nowUs();
    // One that moves without telling is asked for at every frame until it rests.
    pointerPauseUs_ = pointer_.area() != before ? static_cast<int64_t>(order_.periodUs) : std::min(pointerPauseUs_ * 2, Pointer::kAskEveryUs);
  }
  if (!seen) pointer_.hide();
  Rect place = pointer_.area();
  place.x -= target_->originX();
  place.y -= target_->originY();
  if (place.intersected({0, 0, target_->area().width, target_->area().height}).empty()) place = {};
  if (place == drawnPointer_ && (place.empty() || pointer_.shape() == drawnShape_)) return;
  rows_.add(drawnPointer_);
  rows_.add(place);
  drawnPointer_ = place;
  drawnShape_ = pointer_.shape();
}

void CaptureSession::frame() {
  const int64_t began = ami::nowUs();
  lastUs_ = began;
  atOnce_ = false;
  // Where it is hidden or closed by now an event is on its way.
  if (!target_->prepare()) return;
  const Rect& area = target_->area();
  if (area.width > ami::kMaxSide || area.height > ami::kMaxSide) {
    return fail(std::to_string(area.width) + "x" + std::to_string(area.height));
  }
  if (area.width != report_.width || area.height != report_.height) all_ = true;
  reader_.resize(area.width, area.height, target_->format());
  rows_.reset(area.width, area.height);
  if (all_) rows_.addAll();
  // Taken before the pixels are: what is drawn meanwhile is damage again.
  if (target_->watchesDamage()) {
    if (damaged_ || all_) target_->takeDamage(rows_);
  } else {
    rows_.addAll();
  }
  addPointer();
  damaged_ = false;
  if (rows_.empty()) return;
  rows_.read(spans_);
  if (!reader_.read(target_->drawable(), area, spans_)) {
    // Its events say what became of it; until they come it is tried again.
    all_ = true;
    return;
  }
  ami::FrameView view;
  view.layout = ami::Layout::bgra;
  view.width = area.width;
  view.height = area.height;
  view.planes[0] = reader_.frame();
  view.strides[0] = reader_.stride();
  view.opaque = true;
  view.timeUs = began;
  for (const ami::RowSpan& span : spans_) {
    pointer_.draw(reader_.frame(), reader_.stride(), area.width, span.first, span.first + span.count, target_->originX(), target_->originY());
  }
  const std::string problem = capture_.store().write(view, all_ ? nullptr : spans_.data(), spans_.size());
  if (!problem.empty()) return fail(problem);
  all_ = false;
  shown_ = true;
  report_.width = area.width;
  report_.height = area.height;
  tell();

  const int64_t took = ami::nowUs() - began;
  meanUs_ += (static_cast<double>(took) - meanUs_) / 16;
  uint64_t rows = 0;
  for (const ami::RowSpan& span : spans_) rows += static_cast<uint64_t>(span.count);
  capture_.count(rows, took, threadCpuUs());
}

void CaptureSession::fail(const std::string& problem) {
  target_.reset();
  searchUs_ = ami::nowUs() + kSearchUs;
  report_.fail(CaptureReport::State::failed, "too-large", problem);
  if (shown_) capture_.store().clear();
  shown_ = false;
  tell();
}

}  // namespace x11
