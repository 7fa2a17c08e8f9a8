#include "video-output.h"

#include <libyuv.h>
#include <spa/param/video/format-utils.h>

#include <algorithm>
#include <vector>

#include "pipewire-loop.h"

namespace ami::pipewire {

namespace {

/** Between two looks at a store whose next frame is due: what a frame waits at most. */
constexpr int64_t kLookUs = 1000;
/** The same where no frame has come for long. */
constexpr int64_t kIdleUs = 10'000;
constexpr int64_t kLongUs = 1'000'000;
/** The linked program may keep that many frames before one is written over. */
constexpr int kBuffers = 8, kLeastBuffers = 3, kMostBuffers = 16;

/**
 * Layouts that can be offered for a frame of that size. Nothing says how rows and planes are padded: programs assume no padding, or what
 * GStreamer does. So a layout is offered where both are the same; for packed pixels that is always so.
 */
std::vector<spa_video_format> layoutsOf(int width, int height) {
  std::vector<spa_video_format> layouts;
  if (width % 8 == 0 && height % 2 == 0) layouts.push_back(SPA_VIDEO_FORMAT_I420);
  if (width % 4 == 0 && height % 2 == 0) layouts.push_back(SPA_VIDEO_FORMAT_NV12);
  layouts.push_back(SPA_VIDEO_FORMAT_YUY2);
  return layouts;
}

struct Layout {
  int stride;
  int bytes;
};

Layout layoutOf(spa_video_format format, int width, int height) {
  if (format == SPA_VIDEO_FORMAT_YUY2) return {chromaOf(width) * 4, chromaOf(width) * 4 * height};
  return {width, width * height + 2 * chromaOf(width) * chromaOf(height)};
}

/** One layout, one size, one rate: programs pass over formats that leave something open. */
const spa_pod* formatOf(spa_pod_builder* builder, spa_video_format layout, const VideoOutputOptions& options) {
  const spa_rectangle size = SPA_RECTANGLE(static_cast<uint32_t>(options.width), static_cast<uint32_t>(options.height));
  return static_cast<const spa_pod*>(spa_pod_builder_add_object(
      builder, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat, SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video), SPA_FORMAT_mediaSubtype,
      SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw), SPA_FORMAT_VIDEO_format, SPA_POD_Id(layout), SPA_FORMAT_VIDEO_size, SPA_POD_Rectangle(&size),
      SPA_FORMAT_VIDEO_framerate, SPA_POD_Fraction(&options.rate), SPA_FORMAT_VIDEO_colorRange, SPA_POD_Id(SPA_VIDEO_COLOR_RANGE_16_235),
      SPA_FORMAT_VIDEO_colorMatrix, SPA_POD_Id(SPA_VIDEO_COLOR_MATRIX_BT709), SPA_FORMAT_VIDEO_transferFunction,
      SPA_POD_Id(SPA_VIDEO_TRANSFER_BT709), SPA_FORMAT_VIDEO_colorPrimaries, SPA_POD_Id(SPA_VIDEO_COLOR_PRIMARIES_BT709)));
}

}  // namespace

VideoOutput::VideoOutput(Loop& loop, VideoOutputOptions options, std::shared_ptr<FrameStore> store, Tell tell)
    : Stream(loop, loop.remote(""), std::move(tell)),
      options_(std::move(options)),
      periodUs_(int64_t{1'000'000} * options_.rate.denom / options_.rate.num),
      store_(std::move(store)) {}

void VideoOutput::open() {
  pw_properties* properties = streamProperties("Video", "Capture", options_.name);
  pw_properties_set(properties, PW_KEY_MEDIA_CLASS, "Video/Source");
  pw_properties_set(properties, PW_KEY_MEDIA_ROLE, "Camera");
  pw_properties_set(properties, PW_KEY_NODE_NAME, options_.node.c_str());
  pw_properties_set(properties, PW_KEY_NODE_VIRTUAL, "true");
  uint8_t room[4096];
  spa_pod_builder builder = SPA_POD_BUILDER_INIT(room, sizeof room);
  std::vector<const spa_pod*> params;
  for (const spa_video_format layout : layoutsOf(options_.width, options_.height)) params.push_back(formatOf(&builder, layout, options_));
  timer_ = pw_loop_add_timer(loop_.loop(), [](void* data, uint64_t) { static_cast<VideoOutput*>(data)->look(); }, this);
  connect(options_.name, properties, PW_DIRECTION_OUTPUT, PW_ID_ANY, PW_STREAM_FLAG_DRIVER | PW_STREAM_FLAG_MAP_BUFFERS,
          params.data(), static_cast<uint32_t>(params.size()));
}

void VideoOutput::close() {
  if (timer_ != nullptr) pw_loop_destroy_source(loop_.loop(), timer_);
  timer_ = nullptr;
  Stream::close();
}

void VideoOutput::setStore(std::shared_ptr<FrameStore> store) {
  store_ = std::move(store);
  sent_ = 0;
}

void VideoOutput::onFormat(const spa_pod* param) {
  spa_video_info_raw format{};
  if (spa_format_video_raw_parse(param, &format) < 0) return;
  format_ = format.format;
  const Layout layout = layoutOf(format_, options_.width, options_.height);
  uint8_t room[1024];
  spa_pod_builder builder = SPA_POD_BUILDER_INIT(room, sizeof room);
  const int memory = 1 << SPA_DATA_MemPtr | 1 << SPA_DATA_MemFd;
  const spa_pod* params[] = {
      static_cast<const spa_pod*>(spa_pod_builder_add_object(
          &builder, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers, SPA_PARAM_BUFFERS_buffers,
          SPA_POD_CHOICE_RANGE_Int(kBuffers, kLeastBuffers, kMostBuffers), SPA_PARAM_BUFFERS_blocks, SPA_POD_Int(1), SPA_PARAM_BUFFERS_size,
          SPA_POD_Int(layout.bytes), SPA_PARAM_BUFFERS_stride, SPA_POD_Int(layout.stride), SPA_PARAM_BUFFERS_dataType,
          SPA_POD_CHOICE_FLAGS_Int(memory))),
      // Some programs read the header of every frame without asking whether there is one.
      static_cast<const spa_pod*>(spa_pod_builder_add_object(&builder, SPA_TYPE_OBJECT_ParamMeta, SPA_PARAM_Meta, SPA_PARAM_META_type,
                                                             SPA_POD_Id(SPA_META_Header), SPA_PARAM_META_size,
                                                             SPA_POD_Int(sizeof(spa_meta_header)))),
  };
  pw_stream_update_params(stream_, params, 2);
}

void VideoOutput::onState(pw_stream_state state) {
  if (state != PW_STREAM_STATE_STREAMING) return;
  // The frame in the store may be old: a new client starts with the next frame.
  sent_ = store_->sequence();
  sentUs_ = nowUs();
  lookIn(kLookUs);
}

void VideoOutput::lookIn(int64_t delayUs) {
  if (timer_ == nullptr) return;
  timespec delay{delayUs / 1'000'000, delayUs % 1'000'000 * 1000};
  pw_loop_update_timer(loop_.loop(), timer_, &delay, nullptr, false);
}

void VideoOutput::look() {
  if (stream_ == nullptr || pw_stream_get_state(stream_, nullptr) != PW_STREAM_STATE_STREAMING) return;
  const uint64_t sequence = store_->sequence();
  if (sequence != 0 && sequence != sent_) pw_stream_trigger_process(stream_);
  const int64_t now = nowUs();
  // The next frame is started when it is due, and there some milliseconds later.
  const int64_t untilDue = sentUs_ + periodUs_ - now;
  lookIn(now - sentUs_ > kLongUs ? kIdleUs : std::clamp(untilDue, kLookUs, std::max(kLookUs, periodUs_)));
}

void VideoOutput::onProcess() {
  const FrameStore::Frame frame = store_->newest();
  if (!frame || frame.sequence == sent_) return;
  sent_ = frame.sequence;
  sentUs_ = frame.timeUs;
  pw_buffer* buffer = pw_stream_dequeue_buffer(stream_);
  if (buffer == nullptr) {
    dropped_.fetch_add(1);
    return;
  }
  const bool fits = copy(frame, buffer->buffer);
  spa_chunk* chunk = buffer->buffer->datas[0].chunk;
  const Layout layout = layoutOf(format_, options_.width, options_.height);
  chunk->offset = 0;
  chunk->size = fits ? static_cast<uint32_t>(layout.bytes) : 0;
  chunk->stride = layout.stride;
  chunk->flags = fits ? 0 : SPA_CHUNK_FLAG_CORRUPTED;
  auto* header = static_cast<spa_meta_header*>(spa_buffer_find_meta_data(buffer->buffer, SPA_META_Header, sizeof(spa_meta_header)));
  if (header != nullptr) {
    header->pts = frame.timeUs * 1000;
    header->dts_offset = 0;
    header->seq = frame.sequence;
    header->flags = fits ? 0 : SPA_META_HEADER_FLAG_CORRUPTED;
    header->offset = 0;
  }
  pw_stream_queue_buffer(stream_, buffer);
  (fits ? frames_ : dropped_).fetch_add(1);
}

bool VideoOutput::copy(const FrameStore::Frame& frame, spa_buffer* buffer) const {
  const int width = options_.width, height = options_.height;
  const spa_data& data = buffer->datas[0];
  const Layout layout = layoutOf(format_, width, height);
  if (frame.width != width || frame.height != height || data.data == nullptr || data.maxsize < static_cast<uint32_t>(layout.bytes)) return false;
  const Planes& from = frame.planes;
  const int strideY = static_cast<int>(from.strideY), strideC = static_cast<int>(from.strideC);
  auto* to = static_cast<uint8_t*>(data.data);
  uint8_t* chroma = to + width * height;
  switch (format_) {
    case SPA_VIDEO_FORMAT_I420: {
      const int half = width / 2;
      return libyuv::I420Copy(from.y, strideY, from.u, strideC, from.v, strideC, to, width, chroma, half, chroma + half * (height / 2), half, width,
                              height) == 0;
    }
    case SPA_VIDEO_FORMAT_NV12:
      return libyuv::I420ToNV12(from.y, strideY, from.u, strideC, from.v, strideC, to, width, chroma, width, width, height) == 0;
    case SPA_VIDEO_FORMAT_YUY2:
      return libyuv::I420ToYUY2(from.y, strideY, from.u, strideC, from.v, strideC, to, layout.stride, width, height) == 0;
    default:
      return false;
  }
}

}  // namespace ami::pipewire
