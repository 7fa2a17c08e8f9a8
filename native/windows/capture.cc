#include "capture.h"

#include <roapi.h>

#include <chrono>

#include "capture/window-ids.h"
#include "captured-item.h"
#include "displays.h"
#include "duplicated-display.h"
#include "program-windows.h"

namespace windows {

using ami::CaptureOrder;
using ami::CaptureReport;

namespace {

/** Between attempts to open what is not there. */
constexpr int64_t kRetryUs = 500'000;

std::string sizeText(int width, int height) { return std::to_string(width) + "x" + std::to_string(height); }

std::string codeText(HRESULT code) {
  char text[16];
  snprintf(text, sizeof text, "0x%08lX", static_cast<unsigned long>(code));
  return text;
}

int64_t threadCpuUs() {
  FILETIME begun, ended, kernel, user;
  if (!GetThreadTimes(GetCurrentThread(), &begun, &ended, &kernel, &user)) return 0;
  const auto ticks = [](const FILETIME& time) { return static_cast<int64_t>(time.dwHighDateTime) << 32 | time.dwLowDateTime; };
  return (ticks(kernel) + ticks(user)) / 10;
}

}  // namespace

std::shared_ptr<ami::CaptureThread> makeCapture(const CaptureOrder& order, std::unique_ptr<ami::FrameStore> store,
                                                ami::CaptureThread::OnChange onChange) {
  return std::make_shared<Capture>(order, std::move(store), std::move(onChange));
}

void Capture::wake() {
  const std::lock_guard<std::mutex> lock(sleepMutex_);
  woken_ = true;
  sleep_.notify_all();
}

void Capture::sleepUntil(int64_t timeUs) {
  awaits(false);
  std::unique_lock<std::mutex> lock(sleepMutex_);
  sleep_.wait_for(lock, std::chrono::microseconds(std::max<int64_t>(0, timeUs - ami::nowUs())), [this] { return woken_; });
  woken_ = false;
  awaits(true);
}

void Capture::clear() {
  if (shown_) store().clear();
  shown_ = false;
}

void Capture::run() {
  // Pixels are those of the screen, not those of programs that do not support high-DPI screens.
  SetThreadDpiAwarenessContext(DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2);
  const bool runtime = SUCCEEDED(RoInitialize(RO_INIT_MULTITHREADED));
  std::unique_ptr<ScreenSource> source;
  while (!stopping()) {
    CaptureOrder order;
    if (takeOrder(order, orderNumber_)) {
      if (!order.sameTarget(order_)) source.reset();
      order_ = order;
    }
    if (!source) {
      report_ = {};
      source = open();
      if (!source) {
        clear();
        tell(report_);
        sleepUntil(ami::nowUs() + kRetryUs);
        continue;
      }
    }
    sleepUntil(order_.beforeFrame(ami::nowUs(), lastUs_, meanUs_));
    if (!stopping() && !frame(*source)) source.reset();
  }
  source.reset();
  store().clear();
  awaits(false);
  if (runtime) RoUninitialize();
}

std::unique_ptr<ScreenSource> Capture::open() { return order_.kind == CaptureOrder::Kind::window ? openWindow() : openDisplay(); }

std::unique_ptr<ScreenSource> Capture::openWindow() {
  if (order_.device.empty()) {
    report_.fail(CaptureReport::State::failed, "no-window");
    return nullptr;
  }
  const std::vector<ami::WindowInfo> windows = listWindows();
  const ami::WindowInfo* info = ami::findWindow(windows, order_.device, order_.match);
  if (info == nullptr) {
    report_.fail(CaptureReport::State::waiting, "window-missing", order_.device);
    return nullptr;
  }
  HRESULT code = S_OK;
  auto source = CapturedItem::openWindow(reinterpret_cast<HWND>(static_cast<uintptr_t>(info->handle)), code);
  if (!source) report_.fail(code == E_NOTIMPL ? CaptureReport::State::failed : CaptureReport::State::waiting, "refused", codeText(code));
  report_.device = info->id;
  report_.name = info->title;
  return source;
}

std::unique_ptr<ScreenSource> Capture::openDisplay() {
  const std::vector<Display> displays = listDisplays();
  const Display* display = findDisplay(displays, order_.device);
  if (display == nullptr) {
    report_.fail(CaptureReport::State::waiting, "display-missing", order_.device);
    return nullptr;
  }
  const ami::Rect whole = {0, 0, display->info.area.width, display->info.area.height};
  ami::Rect area = whole;
  report_.device = display->info.id;
  report_.name = display->info.name;
  if (order_.kind == CaptureOrder::Kind::region) {
    area = order_.region.intersected(whole);
    report_.detail = sizeText(whole.width, whole.height);
    if (area.empty()) {
      report_.fail(CaptureReport::State::failed, "outside", report_.detail);
      return nullptr;
    }
    if (area != order_.region) report_.reason = "clipped";
  }
  HRESULT code = S_OK;
  std::unique_ptr<ScreenSource> source;
  if (display->rotated) source = CapturedItem::openDisplay(display->monitor, area, code);
  else source = DuplicatedDisplay::open(*display, area, code);
  // While the desktop is locked, or asks for rights, nobody may see it.
  if (!source) report_.fail(CaptureReport::State::waiting, code == E_ACCESSDENIED ? "locked" : "refused", codeText(code));
  return source;
}

bool Capture::frame(ScreenSource& source) {
  const int64_t began = ami::nowUs();
  lastUs_ = began;
  const ScreenSource::Reading reading = source.read(rows_, order_.cursor);
  if (reading == ScreenSource::Reading::lost) return false;
  report_.hidden = reading == ScreenSource::Reading::hidden;
  report_.state = report_.hidden && !shown_ ? CaptureReport::State::waiting : CaptureReport::State::running;
  if (report_.hidden && !shown_) report_.reason = "window-hidden";
  else if (report_.reason == "window-hidden") report_.reason.clear();
  if (reading != ScreenSource::Reading::changed) {
    if (shown_ || report_.hidden) tell(report_);
    return true;
  }
  rows_.read(spans_);
  ami::FrameView view;
  view.layout = ami::Layout::bgra;
  view.width = source.width();
  view.height = source.height();
  view.planes[0] = source.frame();
  view.strides[0] = source.stride();
  view.opaque = true;
  view.timeUs = began;
  const std::string problem = store().write(view, spans_.data(), spans_.size());
  if (!problem.empty()) {
    clear();
    report_.fail(CaptureReport::State::failed, "too-large", problem);
    tell(report_);
    sleepUntil(ami::nowUs() + kRetryUs);
    return true;
  }
  shown_ = true;
  report_.width = view.width;
  report_.height = view.height;
  tell(report_);
  const int64_t took = ami::nowUs() - began;
  meanUs_ += (static_cast<double>(took) - meanUs_) / 16;
  uint64_t rows = 0;
  for (const ami::RowSpan& span : spans_) rows += static_cast<uint64_t>(span.count);
  count(rows, took, threadCpuUs());
  return true;
}

}  // namespace windows
