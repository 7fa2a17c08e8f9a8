#include "audio-input.h"

#include <spa/param/audio/format-utils.h>

#include <algorithm>

#include "media-store/monotonic.h"
#include "pipewire-loop.h"

namespace ami::pipewire {

namespace {
constexpr uint32_t kChannels = 2;
constexpr size_t kFrameSize = kChannels * sizeof(float);
/** Ten ms at a time is asked for; devices that cannot are waited for. */
constexpr const char* kLatency = "512/48000";
}  // namespace

AudioInput::AudioInput(Loop& loop, AudioInputOptions options, std::shared_ptr<AudioStore> store, Tell tell)
    : Stream(loop, loop.remote(options.server), std::move(tell)), options_(std::move(options)), store_(std::move(store)), links_(remote_) {}

void AudioInput::open() {
  pw_properties* properties = streamProperties("Audio", "Capture", options_.name);
  pw_properties_set(properties, PW_KEY_NODE_LATENCY, kLatency);
  // The mixer's gain is the one that counts, not what a person once set for a stream of this name.
  pw_properties_set(properties, "state.restore-props", "false");
  if (options_.monitor) pw_properties_set(properties, PW_KEY_STREAM_CAPTURE_SINK, "true");
  if (options_.passive) pw_properties_set(properties, PW_KEY_NODE_PASSIVE, "true");
  int flags = PW_STREAM_FLAG_MAP_BUFFERS | PW_STREAM_FLAG_RT_PROCESS;
  if (!options_.target.empty()) {
    pw_properties_set(properties, PW_KEY_TARGET_OBJECT, options_.target.c_str());
    flags |= PW_STREAM_FLAG_AUTOCONNECT;
  }
  uint8_t room[1024];
  spa_pod_builder builder = SPA_POD_BUILDER_INIT(room, sizeof room);
  spa_audio_info_raw format{};
  format.format = SPA_AUDIO_FORMAT_F32;
  format.rate = static_cast<uint32_t>(store_->sampleRate());
  format.channels = kChannels;
  format.position[0] = SPA_AUDIO_CHANNEL_FL;
  format.position[1] = SPA_AUDIO_CHANNEL_FR;
  const spa_pod* params[] = {spa_format_audio_raw_build(&builder, SPA_PARAM_EnumFormat, &format)};
  connect(options_.name, properties, PW_DIRECTION_INPUT, PW_ID_ANY, flags, params, 1);
}

void AudioInput::close() {
  links_.setInput(PW_ID_ANY);
  Stream::close();
}

void AudioInput::onState(pw_stream_state state) {
  if (state != PW_STREAM_STATE_PAUSED) return;
  if (options_.target.empty()) links_.setInput(pw_stream_get_node_id(stream_));
}

void AudioInput::onProcess() {
  pw_time time{};
  pw_stream_get_time_n(stream_, &time, sizeof time);
  const auto microseconds = [](double frames, double rate) { return static_cast<int64_t>(frames * 1e6 / rate); };
  // The present audio came in `delay` before this cycle of the graph started; what is in the resampler came earlier still.
  int64_t timeUs = 0;
  if (time.now > 0) {
    const double denominator = time.rate.denom > 0 ? static_cast<double>(time.rate.denom) / std::max(1U, time.rate.num) : store_->sampleRate();
    timeUs = time.now / 1000 - microseconds(static_cast<double>(time.delay), denominator) -
             microseconds(static_cast<double>(time.buffered), store_->sampleRate());
  }
  while (pw_buffer* buffer = pw_stream_dequeue_buffer(stream_)) {
    const spa_data& data = buffer->buffer->datas[0];
    const uint32_t offset = std::min(readOnce(data.chunk->offset), data.maxsize);
    const uint32_t size = std::min(readOnce(data.chunk->size), data.maxsize - offset);
    const uint64_t frames = size / kFrameSize;
    if (data.data != nullptr && frames > 0) {
      if (timeUs == 0) timeUs = nowUs() - microseconds(static_cast<double>(frames), store_->sampleRate());
      store_->write(reinterpret_cast<const float*>(static_cast<const uint8_t*>(data.data) + offset), frames, timeUs);
      timeUs += microseconds(static_cast<double>(frames), store_->sampleRate());
    }
    pw_stream_queue_buffer(stream_, buffer);
  }
}

}  // namespace ami::pipewire
