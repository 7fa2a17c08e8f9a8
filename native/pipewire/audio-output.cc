#include "audio-output.h"

#include <spa/node/io.h>
#include <spa/param/audio/format-utils.h>

#include <algorithm>
#include <cstring>

#include "pipewire-loop.h"

namespace ami::pipewire {

namespace {
constexpr size_t kOutputChannels = 2;
/** Frames: size of the ring (170 ms at 48 kHz), what is kept in it, and how much would take too long to remove by stretching. */
constexpr size_t kRing = 8192, kAim = 1920, kMost = 5760;
constexpr const char* kOutputLatency = "512/48000";
/** Ten ms too much are played a thousandth faster. */
constexpr double kStretch = 0.001 / 480, kMaxStretch = 0.005;
}  // namespace

AudioOutput::AudioOutput(Loop& loop, AudioOutputOptions options, Tell tell)
    : Stream(loop, loop.remote(""), std::move(tell)), options_(std::move(options)), ring_(kRing * kOutputChannels) {}

void AudioOutput::open() {
  pw_properties* properties = streamProperties("Audio", "Playback", options_.name);
  pw_properties_set(properties, PW_KEY_NODE_LATENCY, kOutputLatency);
  int flags = PW_STREAM_FLAG_MAP_BUFFERS | PW_STREAM_FLAG_RT_PROCESS;
  if (options_.microphone.empty()) {
    pw_properties_set(properties, PW_KEY_TARGET_OBJECT, options_.target.c_str());
    flags |= PW_STREAM_FLAG_AUTOCONNECT;
  } else {
    pw_properties_set(properties, PW_KEY_MEDIA_CLASS, "Audio/Source");
    pw_properties_set(properties, PW_KEY_NODE_NAME, options_.microphone.c_str());
  }
  uint8_t room[1024];
  spa_pod_builder builder = SPA_POD_BUILDER_INIT(room, sizeof room);
  spa_audio_info_raw format{};
  format.format = SPA_AUDIO_FORMAT_F32;
  format.rate = static_cast<uint32_t>(options_.sampleRate);
  format.channels = kOutputChannels;
  format.position[0] = SPA_AUDIO_CHANNEL_FL;
  format.position[1] = SPA_AUDIO_CHANNEL_FR;
  const spa_pod* params[] = {spa_format_audio_raw_build(&builder, SPA_PARAM_EnumFormat, &format)};
  connect(options_.name, properties, PW_DIRECTION_OUTPUT, PW_ID_ANY, flags, params, 1);
}

void AudioOutput::write(const float* samples, size_t frames) {
  const uint64_t written = written_.load(std::memory_order_relaxed);
  const size_t room = kRing - static_cast<size_t>(written - read_.load(std::memory_order_acquire));
  const size_t taken = std::min(frames, room);
  dropped_.fetch_add(frames - taken, std::memory_order_relaxed);
  for (size_t done = 0; done < taken;) {
    const size_t at = static_cast<size_t>((written + done) % kRing);
    const size_t run = std::min(taken - done, kRing - at);
    memcpy(&ring_[at * kOutputChannels], samples + done * kOutputChannels, run * kOutputChannels * sizeof(float));
    done += run;
  }
  written_.store(written + taken, std::memory_order_release);
}

AudioOutput::Statistics AudioOutput::statistics() const {
  const uint64_t queued = written_.load(std::memory_order_relaxed) - read_.load(std::memory_order_relaxed);
  return {static_cast<double>(queued) * 1000 / options_.sampleRate, underruns_.load(), dropped_.load()};
}

void AudioOutput::onArea(uint32_t id, void* area) {
  if (id == SPA_IO_RateMatch) match_ = static_cast<spa_io_rate_match*>(area);
}

void AudioOutput::steer(size_t queued) {
  smooth_ += (static_cast<double>(queued) - smooth_) * 0.02;
  spa_io_rate_match* match = match_.load(std::memory_order_relaxed);
  if (match == nullptr) return;
  const double stretch = std::clamp((smooth_ - static_cast<double>(kAim)) * kStretch, -kMaxStretch, kMaxStretch);
  match->flags |= SPA_IO_RATE_MATCH_FLAG_ACTIVE;
  // A rate above one takes less of what is written for what is played.
  match->rate = 1 - stretch;
}

void AudioOutput::onProcess() {
  pw_buffer* buffer = pw_stream_dequeue_buffer(stream_);
  if (buffer == nullptr) return;
  spa_data& data = buffer->buffer->datas[0];
  constexpr size_t frameSize = kOutputChannels * sizeof(float);
  const size_t room = data.data == nullptr ? 0 : data.maxsize / frameSize;
  const size_t frames = std::min(room, buffer->requested > 0 ? static_cast<size_t>(buffer->requested) : size_t{512});
  uint64_t read = read_.load(std::memory_order_relaxed);
  size_t queued = static_cast<size_t>(written_.load(std::memory_order_acquire) - read);
  if (queued >= (playing_ ? kMost : kAim)) {
    dropped_.fetch_add(queued - kAim, std::memory_order_relaxed);
    read += queued - kAim;
    queued = kAim;
    playing_ = true;
    smooth_ = static_cast<double>(queued);
  }
  size_t played = playing_ ? std::min(frames, queued) : 0;
  if (playing_) {
    steer(queued);
    if (played < frames) {
      underruns_.fetch_add(1, std::memory_order_relaxed);
      playing_ = false;
    }
  }
  auto* to = static_cast<float*>(data.data);
  for (size_t done = 0; done < played;) {
    const size_t at = static_cast<size_t>((read + done) % kRing);
    const size_t run = std::min(played - done, kRing - at);
    memcpy(to + done * kOutputChannels, &ring_[at * kOutputChannels], run * frameSize);
    done += run;
  }
  if (to != nullptr) std::fill(to + played * kOutputChannels, to + frames * kOutputChannels, 0.0F);
  read_.store(read + played, std::memory_order_release);
  data.chunk->offset = 0;
  data.chunk->stride = frameSize;
  data.chunk->size = static_cast<uint32_t>(frames * frameSize);
  pw_stream_queue_buffer(stream_, buffer);
}

}  // namespace ami::pipewire
