#include "video-input.h"

#include <libyuv.h>
#include <spa/debug/types.h>
#include <spa/param/video/format-utils.h>
#include <spa/param/video/type-info.h>

#include <cmath>
#include <cstring>

#include "pipewire-loop.h"
#include "video-buffers.h"

namespace ami::pipewire {

namespace {

constexpr int64_t kHiddenUs = 500'000;
/** A time stamp is believed that is no older than this, µs. */
constexpr int64_t kOldestUs = 1'000'000;

/** What a camera is asked for, one after the other: it gives the first that it can. */
struct Wish {
  /** 0: any. */
  uint32_t width = 0;
  uint32_t height = 0;
  /** At least this many frames a second; 0: any. */
  double rate = 0;
};

/** Slower than this a camera shows a slide show: many do so in raw layouts, and give JPEG at full rate. */
constexpr double kSmooth = 24;

std::vector<Wish> wishesOf(const VideoInputOptions& options) {
  const auto width = static_cast<uint32_t>(options.width), height = static_cast<uint32_t>(options.height);
  if (options.target.empty()) return {Wish{}};
  const double rate = options.rate > 0 ? options.rate * 0.95 : kSmooth;
  std::vector<Wish> wishes;
  if (width > 0 && height > 0) wishes = {{width, height, rate}, {width, height, 0}};
  wishes.push_back({0, 0, rate});
  wishes.push_back({});
  return wishes;
}

spa_fraction fraction(double rate) { return SPA_FRACTION(static_cast<uint32_t>(std::lround(rate * 1000)), 1000); }

/** Describes frames that we take: raw ones in the layouts that we know, or JPEG. */
const spa_pod* formats(spa_pod_builder* builder, bool jpeg, const Wish& wish, const VideoInputOptions& options) {
  spa_pod_frame frame;
  spa_pod_builder_push_object(builder, &frame, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat);
  spa_pod_builder_add(builder, SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video), SPA_FORMAT_mediaSubtype,
                      SPA_POD_Id(jpeg ? SPA_MEDIA_SUBTYPE_mjpg : SPA_MEDIA_SUBTYPE_raw), 0);
  if (!jpeg) {
    spa_pod_builder_add(builder, SPA_FORMAT_VIDEO_format,
                        SPA_POD_CHOICE_ENUM_Id(8, SPA_VIDEO_FORMAT_BGRx, SPA_VIDEO_FORMAT_BGRx, SPA_VIDEO_FORMAT_BGRA, SPA_VIDEO_FORMAT_RGBx,
                                               SPA_VIDEO_FORMAT_RGBA, SPA_VIDEO_FORMAT_NV12, SPA_VIDEO_FORMAT_I420, SPA_VIDEO_FORMAT_YUY2),
                        0);
  }
  const bool sized = wish.width > 0;
  const spa_rectangle size = sized ? SPA_RECTANGLE(wish.width, wish.height) : SPA_RECTANGLE(1280, 720);
  const spa_rectangle smallest = SPA_RECTANGLE(1, 1), largest = SPA_RECTANGLE(kMaxSide, kMaxSide);
  if (sized) spa_pod_builder_add(builder, SPA_FORMAT_VIDEO_size, SPA_POD_Rectangle(&size), 0);
  else spa_pod_builder_add(builder, SPA_FORMAT_VIDEO_size, SPA_POD_CHOICE_RANGE_Rectangle(&size, &smallest, &largest), 0);
  const spa_fraction slowest = wish.rate > 0 ? fraction(wish.rate) : SPA_FRACTION(0, 1), fastest = SPA_FRACTION(240, 1);
  const spa_fraction rate = options.rate > 0 ? fraction(options.rate) : SPA_FRACTION(30, 1);
  spa_pod_builder_add(builder, SPA_FORMAT_VIDEO_framerate, SPA_POD_CHOICE_RANGE_Fraction(&rate, &slowest, &fastest), 0);
  if (options.target.empty() && options.rate > 0) {
    // Screens come when they change, and no faster than this.
    const spa_fraction one = SPA_FRACTION(1, 1);
    spa_pod_builder_add(builder, SPA_FORMAT_VIDEO_maxFramerate, SPA_POD_CHOICE_RANGE_Fraction(&rate, &one, &rate), 0);
  }
  return static_cast<const spa_pod*>(spa_pod_builder_pop(builder, &frame));
}

const char* nameOf(spa_video_format format) {
  const char* name = spa_debug_type_find_short_name(spa_type_video_format, format);
  return name == nullptr ? "unknown" : name;
}

}  // namespace

VideoInput::VideoInput(Loop& loop, VideoInputOptions options, std::shared_ptr<FrameStore> store, Tell tell)
    : Stream(loop, loop.remote(""), std::move(tell), options.fd), options_(std::move(options)), store_(std::move(store)) {}

void VideoInput::open() {
  pw_properties* properties = streamProperties("Video", "Capture", options_.name);
  pw_properties_set(properties, PW_KEY_MEDIA_ROLE, options_.target.empty() ? "Screen" : "Camera");
  if (!options_.target.empty()) pw_properties_set(properties, PW_KEY_TARGET_OBJECT, options_.target.c_str());
  uint8_t room[8192];
  spa_pod_builder builder = SPA_POD_BUILDER_INIT(room, sizeof room);
  std::vector<const spa_pod*> params;
  for (const Wish& wish : wishesOf(options_)) {
    for (const bool jpeg : {false, true}) params.push_back(formats(&builder, jpeg, wish, options_));
  }
  connect(options_.name, properties, PW_DIRECTION_INPUT, options_.node, PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS,
          params.data(), static_cast<uint32_t>(params.size()));
}

void VideoInput::onFormat(const spa_pod* param) {
  uint32_t type = 0, subtype = 0;
  if (spa_format_parse(param, &type, &subtype) < 0 || type != SPA_MEDIA_TYPE_video) return;
  jpeg_ = subtype == SPA_MEDIA_SUBTYPE_mjpg;
  format_ = {};
  if (jpeg_) {
    spa_video_info_mjpg info{};
    if (spa_format_video_mjpg_parse(param, &info) < 0) return;
    format_.size = info.size;
    format_.framerate = info.framerate;
  } else if (subtype != SPA_MEDIA_SUBTYPE_raw || spa_format_video_raw_parse(param, &format_) < 0) {
    return;
  }
  askForBuffers(stream_);
  const double rate = format_.framerate.denom > 0 ? static_cast<double>(format_.framerate.num) / format_.framerate.denom : 0;
  tell_({{"kind", std::string("format")},
         {"width", static_cast<double>(format_.size.width)},
         {"height", static_cast<double>(format_.size.height)},
         {"format", std::string(jpeg_ ? "MJPEG" : nameOf(format_.format))},
         {"rate", rate}});
}

void VideoInput::onProcess() {
  // Only the newest is of interest: late ones are skipped.
  pw_buffer* newest = nullptr;
  while (pw_buffer* next = pw_stream_dequeue_buffer(stream_)) {
    if (newest != nullptr) pw_stream_queue_buffer(stream_, newest);
    newest = next;
  }
  if (newest == nullptr) return;
  const int64_t now = nowUs();
  if (shown_.load() || now - convertedUs_ >= kHiddenUs) {
    convertedUs_ = now;
    take(newest->buffer);
  }
  pw_stream_queue_buffer(stream_, newest);
}

void VideoInput::take(spa_buffer* buffer) {
  if (isDamaged(buffer)) {
    dropped_.fetch_add(1);
    return;
  }
  // News of the pointer alone.
  if (readOnce(buffer->datas[0].chunk->size) == 0) return;
  const spa_meta_header* header = headerOf(buffer);
  FrameView picture;
  picture.timeUs = nowUs();
  if (header != nullptr && header->pts > 0) {
    const int64_t told = readOnce(header->pts) / 1000;
    // Some count from a start of their own.
    if (told <= picture.timeUs && picture.timeUs - told < kOldestUs) picture.timeUs = told;
  }
  if (!view(buffer, picture) || !store_->write(picture).empty()) {
    dropped_.fetch_add(1);
    return;
  }
  if (frames_.fetch_add(1) == 0) tell_({{"kind", std::string("first")}});
}

bool VideoInput::view(spa_buffer* buffer, FrameView& picture) {
  const int width = static_cast<int>(format_.size.width), height = static_cast<int>(format_.size.height);
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide) return false;
  const uint8_t* starts[3] = {};
  size_t sizes[3] = {};
  const uint32_t datas = std::min(buffer->n_datas, 3U);
  for (uint32_t index = 0; index < datas; index++) {
    const spa_data& data = buffer->datas[index];
    if (data.data == nullptr || data.chunk == nullptr) return false;
    const uint32_t offset = std::min(readOnce(data.chunk->offset), data.maxsize);
    starts[index] = static_cast<const uint8_t*>(data.data) + offset;
    sizes[index] = data.maxsize - offset;
  }
  picture.width = width;
  picture.height = height;
  if (jpeg_) return decodeJpeg(starts[0], std::min<size_t>(sizes[0], readOnce(buffer->datas[0].chunk->size)), picture);

  const bool rgb = format_.format == SPA_VIDEO_FORMAT_BGRx || format_.format == SPA_VIDEO_FORMAT_BGRA ||
                   format_.format == SPA_VIDEO_FORMAT_RGBx || format_.format == SPA_VIDEO_FORMAT_RGBA;
  const bool packed = format_.format == SPA_VIDEO_FORMAT_YUY2;
  const int least = rgb ? width * 4 : packed ? chromaOf(width) * 4 : width;
  const int32_t told = readOnce(buffer->datas[0].chunk->stride);
  const ptrdiff_t stride = told > 0 ? told : rgb || packed ? least : (least + 3) / 4 * 4;
  if (stride < least) return false;
  const size_t rows = static_cast<size_t>(height), chromaRows = static_cast<size_t>(chromaOf(height));
  const auto holds = [&](int plane, size_t lines, ptrdiff_t step, int bytes) {
    return starts[plane] != nullptr && sizes[plane] >= static_cast<size_t>(step) * (lines - 1) + static_cast<size_t>(bytes);
  };
  if (!holds(0, rows, stride, least)) return false;

  // Unknown colours are taken for what cameras of that size send.
  const bool standard = height < 720;
  picture.matrix = format_.color_matrix == SPA_VIDEO_COLOR_MATRIX_BT709   ? Matrix::bt709
                   : format_.color_matrix == SPA_VIDEO_COLOR_MATRIX_BT601 ? Matrix::bt601
                   : standard                                            ? Matrix::bt601
                                                                         : Matrix::bt709;
  picture.fullRange = format_.color_range == SPA_VIDEO_COLOR_RANGE_0_255;

  if (rgb) {
    const std::optional<spa_region> crop = cropOf(buffer, format_.size);
    if (!crop) return false;
    const size_t skip = static_cast<size_t>(crop->position.y) * static_cast<size_t>(stride) + static_cast<size_t>(crop->position.x) * 4;
    picture.width = static_cast<int>(crop->size.width);
    picture.height = static_cast<int>(crop->size.height);
    picture.layout = format_.format == SPA_VIDEO_FORMAT_BGRx || format_.format == SPA_VIDEO_FORMAT_BGRA ? Layout::bgra : Layout::rgba;
    picture.opaque = format_.format == SPA_VIDEO_FORMAT_BGRx || format_.format == SPA_VIDEO_FORMAT_RGBx;
    // A window's shadow: desktops hand out colours multiplied with alpha.
    picture.premultiplied = !picture.opaque;
    picture.planes[0] = starts[0] + skip;
    picture.strides[0] = stride;
    return true;
  }
  if (packed) {
    const size_t y = static_cast<size_t>(width) * rows, c = static_cast<size_t>(chromaOf(width)) * chromaRows;
    scratch_.resize(y + 2 * c);
    uint8_t* planes[3] = {scratch_.data(), scratch_.data() + y, scratch_.data() + y + c};
    libyuv::YUY2ToI420(starts[0], static_cast<int>(stride), planes[0], width, planes[1], chromaOf(width), planes[2], chromaOf(width), width, height);
    picture.layout = Layout::i420;
    for (int plane = 0; plane < 3; plane++) {
      picture.planes[plane] = planes[plane];
      picture.strides[plane] = plane == 0 ? width : chromaOf(width);
    }
    return true;
  }
  const bool interleaved = format_.format == SPA_VIDEO_FORMAT_NV12;
  const int chromaBytes = interleaved ? chromaOf(width) * 2 : chromaOf(width);
  const int planes = interleaved ? 2 : 3;
  picture.layout = interleaved ? Layout::nv12 : Layout::i420;
  picture.planes[0] = starts[0];
  picture.strides[0] = stride;
  // One piece of memory has all planes, one after the other, or each has its own.
  const bool together = static_cast<int>(datas) < planes;
  const ptrdiff_t chromaStride = interleaved ? stride : (stride + 1) / 2;
  size_t offset = static_cast<size_t>(stride) * rows;
  for (int plane = 1; plane < planes; plane++) {
    const int32_t own = together ? 0 : readOnce(buffer->datas[plane].chunk->stride);
    const ptrdiff_t step = own > 0 ? own : chromaStride;
    if (step < chromaBytes) return false;
    if (together) {
      starts[plane] = starts[0] + offset;
      sizes[plane] = sizes[0] > offset ? sizes[0] - offset : 0;
      offset += static_cast<size_t>(step) * chromaRows;
    }
    if (!holds(plane, chromaRows, step, chromaBytes)) return false;
    picture.planes[plane] = starts[plane];
    picture.strides[plane] = step;
  }
  return true;
}

bool VideoInput::decodeJpeg(const uint8_t* bytes, size_t size, FrameView& picture) {
  const int width = picture.width, height = picture.height;
  const size_t y = static_cast<size_t>(width) * static_cast<size_t>(height);
  const size_t c = static_cast<size_t>(chromaOf(width)) * static_cast<size_t>(chromaOf(height));
  scratch_.resize(y + 2 * c);
  uint8_t* planes[3] = {scratch_.data(), scratch_.data() + y, scratch_.data() + y + c};
  if (libyuv::MJPGToI420(bytes, size, planes[0], width, planes[1], chromaOf(width), planes[2], chromaOf(width), width, height, width, height) != 0) {
    return false;
  }
  picture.layout = Layout::i420;
  // JFIF.
  picture.matrix = Matrix::bt601;
  picture.fullRange = true;
  for (int plane = 0; plane < 3; plane++) {
    picture.planes[plane] = planes[plane];
    picture.strides[plane] = plane == 0 ? width : chromaOf(width);
  }
  return true;
}

}  // namespace ami::pipewire
