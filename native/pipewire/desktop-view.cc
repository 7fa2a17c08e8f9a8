#include "desktop-view.h"

#include <libyuv.h>
#include <spa/param/video/format-utils.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "changed-tiles.h"
#include "desktop/few-parts.h"
#include "media-store/frame.h"
#include "media-store/monotonic.h"
#include "pipewire-loop.h"
#include "pipewire-stream.h"
#include "video-buffers.h"

namespace ami::pipewire {

namespace {

constexpr uint32_t kMostFrames = 60;

const spa_pod* formatOf(spa_pod_builder* builder) {
  const spa_rectangle usual = SPA_RECTANGLE(1280, 720), smallest = SPA_RECTANGLE(1, 1), largest = SPA_RECTANGLE(kMaxSide, kMaxSide);
  // Screens come when they change, and no faster than this.
  const spa_fraction rate = SPA_FRACTION(kMostFrames, 1), none = SPA_FRACTION(0, 1), one = SPA_FRACTION(1, 1), fastest = SPA_FRACTION(240, 1);
  return static_cast<const spa_pod*>(spa_pod_builder_add_object(
      builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat, SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video), SPA_FORMAT_mediaSubtype,
      SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw), SPA_FORMAT_VIDEO_format,
      SPA_POD_CHOICE_ENUM_Id(5, SPA_VIDEO_FORMAT_BGRx, SPA_VIDEO_FORMAT_BGRx, SPA_VIDEO_FORMAT_BGRA, SPA_VIDEO_FORMAT_RGBx, SPA_VIDEO_FORMAT_RGBA),
      SPA_FORMAT_VIDEO_size, SPA_POD_CHOICE_RANGE_Rectangle(&usual, &smallest, &largest), SPA_FORMAT_VIDEO_framerate,
      SPA_POD_CHOICE_RANGE_Fraction(&rate, &none, &fastest), SPA_FORMAT_VIDEO_maxFramerate, SPA_POD_CHOICE_RANGE_Fraction(&rate, &one, &rate)));
}

}  // namespace

/** The stream itself: lives on the loop's thread. */
class ScreenStream final : public Stream {
 public:
  ScreenStream(Loop& loop, const std::shared_ptr<DesktopView>& view, int fd, uint32_t node)
      : Stream(loop, loop.remote(""), [view = std::weak_ptr(view)](const Message& message) { tellLost(view, message); }, fd),
        view_(view),
        node_(node) {}

  void open() override {
    pw_properties* properties = streamProperties("Video", "Capture", "Desktop");
    pw_properties_set(properties, PW_KEY_MEDIA_ROLE, "Screen");
    uint8_t room[2048];
    spa_pod_builder builder = SPA_POD_BUILDER_INIT(room, sizeof room);
    const spa_pod* params[] = {formatOf(&builder)};
    connect("Desktop", properties, PW_DIRECTION_INPUT, node_, PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS, params, 1);
  }

  void close() override {
    // It goes with the stream.
    kept_ = nullptr;
    Stream::close();
  }

  /** The frame was taken: what came meanwhile is next. */
  void goOn() {
    const auto view = view_.lock();
    if (stream_ == nullptr || kept_ == nullptr || !view || view->taken()) return;
    take(*view, std::exchange(kept_, nullptr));
  }

 private:
  static void tellLost(const std::weak_ptr<DesktopView>& weak, const Message& message) {
    for (const auto& [name, value] : message) {
      const auto* text = std::get_if<std::string>(&value);
      if (text == nullptr || std::string_view(name) != "state" || *text != "error") continue;
      if (const auto view = weak.lock()) view->lose("stream-lost");
    }
  }

  void onState(pw_stream_state state) override {
    if (state == PW_STREAM_STATE_UNCONNECTED) kept_ = nullptr;
  }

  void onFormat(const spa_pod* param) override {
    kept_ = nullptr;
    uint32_t type = 0, subtype = 0;
    format_ = {};
    if (spa_format_parse(param, &type, &subtype) < 0 || type != SPA_MEDIA_TYPE_video || subtype != SPA_MEDIA_SUBTYPE_raw ||
        spa_format_video_raw_parse(param, &format_) < 0) {
      return;
    }
    askForBuffers(stream_);
  }

  void onProcess() override {
    pw_buffer* newest = nullptr;
    while (pw_buffer* next = pw_stream_dequeue_buffer(stream_)) {
      // News of the pointer alone, or a damaged frame, is in no other one's place.
      if (isDamaged(next->buffer) || readOnce(next->buffer->datas[0].chunk->size) == 0) {
        pw_stream_queue_buffer(stream_, next);
        continue;
      }
      if (newest != nullptr) pw_stream_queue_buffer(stream_, newest);
      newest = next;
    }
    const auto view = view_.lock();
    if (newest == nullptr) return;
    if (kept_ != nullptr) pw_stream_queue_buffer(stream_, std::exchange(kept_, nullptr));
    if (!view || view->taken()) kept_ = newest;
    else take(*view, newest);
  }

  void take(DesktopView& view, pw_buffer* buffer) {
    read(view, buffer->buffer);
    pw_stream_queue_buffer(stream_, buffer);
  }

  /** Nothing where the buffer does not hold what was agreed on. */
  void read(DesktopView& view, spa_buffer* buffer) {
    const int64_t noticedUs = nowUs();
    int width = static_cast<int>(format_.size.width), height = static_cast<int>(format_.size.height);
    if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide) return;
    const spa_data& data = buffer->datas[0];
    const uint32_t offset = std::min(readOnce(data.chunk->offset), data.maxsize);
    const int32_t told = readOnce(data.chunk->stride);
    const ptrdiff_t stride = told > 0 ? told : static_cast<ptrdiff_t>(width) * 4;
    const size_t needed = static_cast<size_t>(stride) * static_cast<size_t>(height - 1) + static_cast<size_t>(width) * 4;
    if (stride < static_cast<ptrdiff_t>(width) * 4 || data.maxsize - offset < needed) return;
    const uint8_t* pixels = static_cast<const uint8_t*>(data.data) + offset;
    const std::optional<spa_region> crop = cropOf(buffer, format_.size);
    if (!crop) return;
    pixels += crop->position.y * stride + static_cast<ptrdiff_t>(crop->position.x) * 4;
    width = static_cast<int>(crop->size.width);
    height = static_cast<int>(crop->size.height);
    if (format_.format == SPA_VIDEO_FORMAT_RGBx || format_.format == SPA_VIDEO_FORMAT_RGBA) {
      scratch_.resize(static_cast<size_t>(width) * 4 * static_cast<size_t>(height));
      libyuv::ABGRToARGB(pixels, static_cast<int>(stride), scratch_.data(), width * 4, width, height);
      view.take(scratch_.data(), static_cast<ptrdiff_t>(width) * 4, width, height, noticedUs);
    } else {
      view.take(pixels, stride, width, height, noticedUs);
    }
  }

  const std::weak_ptr<DesktopView> view_;
  const uint32_t node_;
  spa_video_info_raw format_{};
  /** The newest frame that waits until the one before was taken. */
  pw_buffer* kept_ = nullptr;
  /** Where the order of colors is another. */
  std::vector<uint8_t> scratch_;
};

DesktopView::DesktopView(const std::string& stream, DesktopListener listener) : listener_(std::move(listener)) {
  const char* end = stream.data() + stream.size();
  const auto [colon, error] = std::from_chars(stream.data(), end, fd_);
  if (error == std::errc() && colon != end) std::from_chars(colon + 1, end, node_);
}

void DesktopView::begin() {
  std::string error;
  loop_ = Loop::shared(error);
  if (!loop_) {
    if (fd_ >= 0) close(fd_);
    listener_.lost("no-pipewire");
    return;
  }
  stream_ = std::make_shared<ScreenStream>(*loop_, shared_from_this(), fd_, node_);
  loop_->post([stream = stream_] { stream->open(); });
}

void DesktopView::stop() {
  if (!loop_) return;
  loop_->post([stream = std::move(stream_)] { stream->close(); });
  stream_ = nullptr;
  loop_ = nullptr;
}

template <typename Task>
void DesktopView::post(Task task) {
  if (!loop_) return;
  loop_->post([self = shared_from_this(), stream = stream_, task] { task(*self, *stream); });
}

void DesktopView::next() {
  {
    const std::lock_guard lock(mutex_);
    taken_ = false;
  }
  post([](DesktopView& view, ScreenStream& stream) {
    stream.goOn();
    view.repeat();
  });
}

void DesktopView::again() {
  {
    const std::lock_guard lock(mutex_);
    again_ = true;
  }
  post([](DesktopView& view, ScreenStream&) { view.repeat(); });
}

const uint8_t* DesktopView::frame(int& width, int& height) {
  const std::lock_guard lock(mutex_);
  if (!taken_) return nullptr;
  width = width_;
  height = height_;
  return front_.data();
}

void DesktopView::lose(const char* why) {
  if (std::exchange(lost_, true)) return;
  listener_.lost(why);
}

bool DesktopView::taken() {
  const std::lock_guard lock(mutex_);
  return taken_;
}

void DesktopView::take(const uint8_t* pixels, ptrdiff_t stride, int width, int height, int64_t noticedUs) {
  std::vector<Rect> parts;
  if (width != width_ || height != height_) {
    {
      const std::lock_guard lock(mutex_);
      width_ = width;
      height_ = height;
      front_.resize(static_cast<size_t>(width) * 4 * static_cast<size_t>(height));
    }
    libyuv::ARGBCopy(pixels, static_cast<int>(stride), front_.data(), width * 4, width, height);
    parts.push_back({0, 0, width, height});
    listener_.monitors({{"Screen", {0, 0, width, height}, true}}, true);
  } else {
    parts = copyChanged(pixels, stride, front_.data(), width, height);
    if (parts.empty()) return;
  }
  report(std::move(parts), noticedUs);
}

void DesktopView::repeat() {
  {
    const std::lock_guard lock(mutex_);
    if (taken_ || !again_ || width_ == 0) return;
  }
  report({}, nowUs());
}

void DesktopView::report(std::vector<Rect> parts, int64_t noticedUs) {
  joinMany(parts);
  DesktopChange change;
  {
    const std::lock_guard lock(mutex_);
    change.width = width_;
    change.height = height_;
    again_ = false;
    taken_ = true;
  }
  change.parts = std::move(parts);
  change.noticedUs = noticedUs;
  change.readyUs = nowUs();
  listener_.changed(std::move(change));
}

}  // namespace ami::pipewire
