#include "capture.h"

#import <AppKit/AppKit.h>
#import <CoreMedia/CoreMedia.h>
#import <ScreenCaptureKit/ScreenCaptureKit.h>

#include <chrono>
#include <vector>

#include "capture/changed-rows.h"
#include "capture/window-ids.h"
#include "shareable-content.h"

namespace macos {
class Capture;
}

/** Takes frames and the end of a stream from the system's queue to the capture. */
@interface AmiStreamOutput : NSObject <SCStreamOutput, SCStreamDelegate>
@property(nonatomic, assign) std::weak_ptr<macos::Capture> capture;
@end

namespace macos {

using ami::CaptureOrder;
using ami::CaptureReport;

namespace {

constexpr int64_t kRetryUs = 500'000;
/** Between looks whether a window has another size. */
constexpr int64_t kLookUs = 500'000;

std::string sizeText(int width, int height) { return std::to_string(width) + "x" + std::to_string(height); }

}  // namespace

/** A capture of the macOS desktop: the system calls with frames, when something changed. */
class Capture : public ami::CaptureThread {
 public:
  Capture(const CaptureOrder& order, std::unique_ptr<ami::FrameStore> store, OnChange onChange)
      : CaptureThread(order, std::move(store), std::move(onChange)) {}

  /** From the system's queue. */
  void onFrame(CMSampleBufferRef sample);
  void onEnd(const std::string& why);

 private:
  struct Found {
    SCContentFilter* filter = nil;
    SCWindow* window = nil;
    /** Pixels of the frame. */
    int width = 0;
    int height = 0;
    /** For regions: points of the display. */
    CGRect part = CGRectNull;
  };

  void run() override;
  void wake() override;
  void sleepUntil(int64_t timeUs);
  bool find(Found& found);
  bool findWindow(SCShareableContent* content, Found& found);
  bool findDisplay(SCShareableContent* content, Found& found);
  SCStreamConfiguration* configure(const Found& found) const;
  bool begin(const Found& found);
  void end();

  std::mutex mutex_;
  std::condition_variable sleep_;
  bool woken_ = false;
  /** What the system ended the stream for; empty while it runs. */
  std::string endReason_;
  CaptureOrder order_;
  uint64_t orderNumber_ = 0;
  /** With the store: the thread's while no stream runs, else the queue's. */
  CaptureReport report_;
  SCStream* stream_ = nil;
  AmiStreamOutput* output_ = nil;
  dispatch_queue_t queue_ = dispatch_queue_create("ami.capture", DISPATCH_QUEUE_SERIAL);
  ami::ChangedRows rows_;
  std::vector<ami::RowSpan> spans_;
};

std::shared_ptr<ami::CaptureThread> makeCapture(const CaptureOrder& order, std::unique_ptr<ami::FrameStore> store,
                                                ami::CaptureThread::OnChange onChange) {
  return std::make_shared<Capture>(order, std::move(store), std::move(onChange));
}

void Capture::wake() {
  const std::lock_guard<std::mutex> lock(mutex_);
  woken_ = true;
  sleep_.notify_all();
}

void Capture::sleepUntil(int64_t timeUs) {
  awaits(false);
  std::unique_lock<std::mutex> lock(mutex_);
  sleep_.wait_for(lock, std::chrono::microseconds(std::max<int64_t>(0, timeUs - ami::nowUs())), [this] { return woken_ || !endReason_.empty(); });
  woken_ = false;
  lock.unlock();
  awaits(true);
}

void Capture::run() {
  while (!stopping()) {
    @autoreleasepool {
      takeOrder(order_, orderNumber_);
      report_ = {};
      Found found;
      if (!find(found) || !begin(found)) {
        store().clear();
        tell(report_);
        sleepUntil(ami::nowUs() + kRetryUs);
        continue;
      }
      CaptureOrder order = order_;
      bool runs = true;
      while (runs && !stopping()) {
        sleepUntil(ami::nowUs() + kLookUs);
        const CaptureOrder before = order;
        takeOrder(order, orderNumber_);
        const std::lock_guard<std::mutex> lock(mutex_);
        runs = endReason_.empty() && order.sameTarget(before) && order.cursor == before.cursor && order.periodUs == before.periodUs &&
               order.resting == before.resting;
        // A stream keeps the size that it started with.
        if (runs && found.window != nil) {
          NSArray* about = CFBridgingRelease(CGWindowListCopyWindowInfo(kCGWindowListOptionIncludingWindow, found.window.windowID));
          CGRect bounds = CGRectNull;
          const bool open = about.count > 0 && CGRectMakeWithDictionaryRepresentation((__bridge CFDictionaryRef)about[0][(id)kCGWindowBounds], &bounds);
          runs = open && CGSizeEqualToSize(bounds.size, found.window.frame.size);
        }
      }
      end();
      order_ = order;
    }
  }
  store().clear();
  awaits(false);
}

bool Capture::find(Found& found) {
  SCShareableContent* content = shareableContent();
  if (content == nil) {
    report_.fail(CGPreflightScreenCaptureAccess() ? CaptureReport::State::waiting : CaptureReport::State::failed, "not-allowed");
    return false;
  }
  return order_.kind == CaptureOrder::Kind::window ? findWindow(content, found) : findDisplay(content, found);
}

bool Capture::findWindow(SCShareableContent* content, Found& found) {
  if (order_.device.empty()) {
    report_.fail(CaptureReport::State::failed, "no-window");
    return false;
  }
  const std::vector<ami::WindowInfo> windows = listWindows(content);
  const ami::WindowInfo* info = ami::findWindow(windows, order_.device, order_.match);
  for (SCWindow* window in content.windows) {
    if (info != nullptr && window.windowID == info->handle) found.window = window;
  }
  if (found.window == nil) {
    report_.fail(CaptureReport::State::waiting, "window-missing", order_.device);
    return false;
  }
  report_.device = info->id;
  report_.name = info->title;
  report_.hidden = !info->visible;
  found.filter = [[SCContentFilter alloc] initWithDesktopIndependentWindow:found.window];
  // Points are pixels of the densest screen: less would blur text.
  CGFloat scale = 1;
  for (NSScreen* screen in NSScreen.screens) scale = std::max(scale, screen.backingScaleFactor);
  found.width = static_cast<int>(found.window.frame.size.width * scale);
  found.height = static_cast<int>(found.window.frame.size.height * scale);
  return true;
}

bool Capture::findDisplay(SCShareableContent* content, Found& found) {
  SCDisplay* display = nil;
  ami::DisplayInfo info;
  for (SCDisplay* each in content.displays) {
    const ami::DisplayInfo about = describeDisplay(each);
    if (order_.device.empty() ? !about.primary : about.id != order_.device) continue;
    display = each;
    info = about;
  }
  if (display == nil) {
    report_.fail(CaptureReport::State::waiting, "display-missing", order_.device);
    return false;
  }
  report_.device = info.id;
  report_.name = info.name;
  found.filter = [[SCContentFilter alloc] initWithDisplay:display excludingWindows:@[]];
  const ami::Rect whole = {0, 0, info.area.width, info.area.height};
  ami::Rect area = whole;
  if (order_.kind == CaptureOrder::Kind::region) {
    area = order_.region.intersected(whole);
    if (area.empty()) {
      report_.fail(CaptureReport::State::failed, "outside", sizeText(whole.width, whole.height));
      return false;
    }
    if (area != order_.region) {
      report_.reason = "clipped";
      report_.detail = sizeText(whole.width, whole.height);
    }
    const CGFloat scale = static_cast<CGFloat>(whole.width) / static_cast<CGFloat>(display.width);
    found.part = CGRectMake(area.x / scale, area.y / scale, area.width / scale, area.height / scale);
  }
  found.width = area.width;
  found.height = area.height;
  return true;
}

SCStreamConfiguration* Capture::configure(const Found& found) const {
  SCStreamConfiguration* configuration = [SCStreamConfiguration new];
  configuration.width = static_cast<size_t>(found.width);
  configuration.height = static_cast<size_t>(found.height);
  if (!CGRectIsNull(found.part)) configuration.sourceRect = found.part;
  const double periodUs = order_.resting ? std::max(100'000.0, order_.periodUs) : order_.periodUs;
  configuration.minimumFrameInterval = CMTimeMake(static_cast<int64_t>(periodUs), 1'000'000);
  configuration.pixelFormat = kCVPixelFormatType_32BGRA;
  configuration.showsCursor = order_.cursor;
  configuration.queueDepth = 3;
  return configuration;
}

bool Capture::begin(const Found& found) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    endReason_.clear();
  }
  output_ = [AmiStreamOutput new];
  output_.capture = std::static_pointer_cast<Capture>(shared_from_this());
  stream_ = [[SCStream alloc] initWithFilter:found.filter configuration:configure(found) delegate:output_];
  __block NSError* problem = nil;
  NSError* refused = nil;
  if ([stream_ addStreamOutput:output_ type:SCStreamOutputTypeScreen sampleHandlerQueue:queue_ error:&refused]) {
    const dispatch_semaphore_t answered = dispatch_semaphore_create(0);
    [stream_ startCaptureWithCompletionHandler:^(NSError* error) {
      problem = error;
      dispatch_semaphore_signal(answered);
    }];
    dispatch_semaphore_wait(answered, DISPATCH_TIME_FOREVER);
  } else {
    problem = refused;
  }
  if (problem == nil) return true;
  report_.fail(CaptureReport::State::waiting, "refused", problem.localizedDescription.UTF8String);
  stream_ = nil;
  return false;
}

void Capture::end() {
  const dispatch_semaphore_t answered = dispatch_semaphore_create(0);
  [stream_ stopCaptureWithCompletionHandler:^(NSError*) {
    dispatch_semaphore_signal(answered);
  }];
  dispatch_semaphore_wait(answered, DISPATCH_TIME_FOREVER);
  // Whatever is still on the queue writes before this returns.
  dispatch_sync(queue_, ^{
                });
  stream_ = nil;
  output_ = nil;
}

void Capture::onEnd(const std::string& why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  endReason_ = why.empty() ? "ended" : why;
  sleep_.notify_all();
}

void Capture::onFrame(CMSampleBufferRef sample) {
  NSArray* attachments = (__bridge NSArray*)CMSampleBufferGetSampleAttachmentsArray(sample, NO);
  NSDictionary* about = attachments.firstObject;
  // Frames without anything new tell that nothing changed.
  if ([about[SCStreamFrameInfoStatus] integerValue] != SCFrameStatusComplete) return;
  const CVPixelBufferRef pixels = CMSampleBufferGetImageBuffer(sample);
  if (pixels == nullptr || CVPixelBufferLockBaseAddress(pixels, kCVPixelBufferLock_ReadOnly) != kCVReturnSuccess) return;
  const int64_t began = ami::nowUs();
  ami::FrameView view;
  view.layout = ami::Layout::bgra;
  view.width = static_cast<int>(CVPixelBufferGetWidth(pixels));
  view.height = static_cast<int>(CVPixelBufferGetHeight(pixels));
  view.planes[0] = static_cast<const uint8_t*>(CVPixelBufferGetBaseAddress(pixels));
  view.strides[0] = static_cast<ptrdiff_t>(CVPixelBufferGetBytesPerRow(pixels));
  view.opaque = true;
  view.timeUs = began;
  rows_.reset(view.width, view.height);
  NSArray* dirty = about[SCStreamFrameInfoDirtyRects];
  for (id each in dirty) {
    CGRect part = CGRectZero;
    if (!CGRectMakeWithDictionaryRepresentation((__bridge CFDictionaryRef)each, &part)) continue;
    rows_.add({static_cast<int>(part.origin.x), static_cast<int>(part.origin.y), static_cast<int>(part.size.width) + 1, static_cast<int>(part.size.height) + 1});
  }
  if (dirty.count == 0) rows_.addAll();
  rows_.read(spans_);
  const std::string problem = store().write(view, spans_.data(), spans_.size());
  CVPixelBufferUnlockBaseAddress(pixels, kCVPixelBufferLock_ReadOnly);
  if (problem.empty()) {
    report_.state = CaptureReport::State::running;
    report_.width = view.width;
    report_.height = view.height;
    uint64_t rows = 0;
    for (const ami::RowSpan& span : spans_) rows += static_cast<uint64_t>(span.count);
    count(rows, ami::nowUs() - began, 0);
  } else {
    report_.fail(CaptureReport::State::failed, "too-large", problem);
  }
  tell(report_);
}

}  // namespace macos

@implementation AmiStreamOutput
- (void)stream:(SCStream*)stream didOutputSampleBuffer:(CMSampleBufferRef)sample ofType:(SCStreamOutputType)type {
  const auto capture = self.capture.lock();
  if (capture && type == SCStreamOutputTypeScreen && CMSampleBufferIsValid(sample)) capture->onFrame(sample);
}
- (void)stream:(SCStream*)stream didStopWithError:(NSError*)error {
  if (const auto capture = self.capture.lock()) capture->onEnd(error.localizedDescription.UTF8String);
}
@end
