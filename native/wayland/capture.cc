#include "capture.h"

#include <poll.h>
#include <pthread.h>
#include <time.h>

#include <utility>
#include <vector>

#include "capture/changed-rows.h"

namespace wayland {

using ami::CaptureOrder;
using ami::CaptureReport;

namespace {

/** Between attempts to reach a compositor, ms. */
constexpr int kReconnectMs = 500;
/** Before the next try where a copy failed: the size of the output changes. ms */
constexpr int kCopyRetryMs = 10;

int64_t threadCpuUs() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * int64_t{1'000'000} + time.tv_nsec / 1000;
}

}  // namespace

std::shared_ptr<ami::CaptureThread> makeCapture(const CaptureOrder& order, std::unique_ptr<ami::FrameStore> store,
                                                ami::CaptureThread::OnChange onChange) {
  return std::make_shared<Capture>(order, std::move(store), std::move(onChange));
}

Capture::Capture(const CaptureOrder& order, std::unique_ptr<ami::FrameStore> store, OnChange onChange)
    : CaptureThread(order, std::move(store), std::move(onChange)) {}

void Capture::wake() { wake_.wake(); }

void Capture::pause() {
  const std::string server = order_.server;
  const int64_t until = ami::nowUs() + kReconnectMs * int64_t{1000};
  while (!stopping() && order_.server == server && ami::nowUs() < until) {
    pollfd wait = {wake_.fd(), POLLIN, 0};
    poll(&wait, 1, static_cast<int>((until - ami::nowUs()) / 1000 + 1));
    wake_.clear();
    takeOrder(order_, orderNumber_);
  }
}

void Capture::run() {
  pthread_setname_np(pthread_self(), "wayland-capture");
  while (!stopping()) {
    takeOrder(order_, orderNumber_);
    awaits(true);
    const char* why = "";
    const auto connection = Connection::open(order_.server, why);
    awaits(false);
    if (connection && (connection->screencopy == nullptr || connection->shm == nullptr)) why = "no-screencopy";
    if (connection && *why == '\0' && connection->output == nullptr) why = "no-output";
    if (*why == '\0') why = serve(*connection);
    // Whatever was shown is no more: an old frame would pass for a live one.
    store().clear();
    if (*why == '\0') continue;
    CaptureReport report;
    report.fail(CaptureReport::State::waiting, why);
    tell(report);
    pause();
  }
  store().clear();
}

const char* Capture::serve(Connection& connection) {
  const std::string server = order_.server;
  CaptureReport report;
  report.device = "output";
  report.name = "Wayland";
  std::unique_ptr<ScreenCopy> copy;
  std::unique_ptr<SharedPixels> spare;
  int64_t lastUs = 0;
  int32_t transform = connection.outputTransform();
  while (!stopping()) {
    // Its frames never come; the next one is found by another connection.
    if (connection.outputGone()) return "output-gone";
    const bool rested = order_.resting;
    if (takeOrder(order_, orderNumber_)) {
      if (order_.server != server) return "";
      // Somebody looks again: at once.
      if (rested && !order_.resting) lastUs = 0;
    }
    int timeoutMs = -1;
    if (copy && copy->state() == ScreenCopy::State::failed) {
      if (*copy->why() != '\0') return copy->why();
      spare = copy->takePixels();
      copy.reset();
      timeoutMs = kCopyRetryMs;
    } else if (copy && copy->state() == ScreenCopy::State::ready) {
      const int64_t startUs = ami::nowUs();
      spare = copy->takePixels();
      const bool all = report.width != spare->width() || report.height != spare->height() || transform != spare->transform();
      transform = spare->transform();
      std::vector<ami::RowSpan> spans;
      ami::ChangedRows rows;
      rows.reset(spare->width(), spare->height());
      if (all) rows.addAll();
      for (const ami::Rect& part : copy->takeParts()) rows.add(part);
      copy.reset();
      rows.read(spans);
      ami::FrameView view;
      view.layout = ami::Layout::bgra;
      view.width = spare->width();
      view.height = spare->height();
      view.planes[0] = spare->data();
      view.strides[0] = spare->width() * 4;
      view.opaque = true;
      view.timeUs = startUs;
      if (!rows.empty() && !store().write(view, all ? nullptr : spans.data(), spans.size()).empty()) return "too-large";
      report.state = CaptureReport::State::running;
      report.width = spare->width();
      report.height = spare->height();
      tell(report);
      const int64_t took = ami::nowUs() - startUs;
      meanUs_ += (static_cast<double>(took) - meanUs_) / 16;
      uint64_t count = 0;
      for (const ami::RowSpan& span : spans) count += static_cast<uint64_t>(span.count);
      this->count(count, took, threadCpuUs());
      lastUs = startUs;
      continue;
    } else if (!copy) {
      const int64_t now = ami::nowUs();
      const int64_t due = lastUs == 0 ? now : order_.beforeFrame(now, lastUs, meanUs_);
      if (due <= now) copy = std::make_unique<ScreenCopy>(connection, true, std::move(spare));
      else timeoutMs = static_cast<int>((due - now) / 1000 + 1);
    }
    // A compositor where nothing is drawn owes no answer.
    if (!connection.wait(wake_.fd(), timeoutMs)) return "server-lost";
    wake_.clear();
  }
  return "";
}

}  // namespace wayland
