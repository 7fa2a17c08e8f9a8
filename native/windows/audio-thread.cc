#include "audio-thread.h"

#include <ksmedia.h>
#include <objbase.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

#include "media-store/monotonic.h"

namespace windows {

namespace {

constexpr int kRate = 48000;
constexpr int kTurnMs = 10;
constexpr int kRetryMs = 500;
/** Between looks whether another device became the default. */
constexpr int64_t kLookUs = 1'000'000;
constexpr REFERENCE_TIME kBuffer = 2'000'000;

WAVEFORMATEXTENSIBLE stereoFloat() {
  WAVEFORMATEXTENSIBLE format{};
  format.Format.wFormatTag = WAVE_FORMAT_EXTENSIBLE;
  format.Format.nChannels = 2;
  format.Format.nSamplesPerSec = kRate;
  format.Format.wBitsPerSample = 32;
  format.Format.nBlockAlign = 8;
  format.Format.nAvgBytesPerSec = kRate * 8;
  format.Format.cbSize = sizeof format - sizeof format.Format;
  format.Samples.wValidBitsPerSample = 32;
  format.dwChannelMask = SPEAKER_FRONT_LEFT | SPEAKER_FRONT_RIGHT;
  format.SubFormat = KSDATAFORMAT_SUBTYPE_IEEE_FLOAT;
  return format;
}

}  // namespace

void AudioThread::begin() {
  std::thread([audio = shared_from_this()] {
    const bool com = SUCCEEDED(CoInitializeEx(nullptr, COINIT_MULTITHREADED));
    audio->run();
    if (com) CoUninitialize();
    audio->onChange_(true);
  }).detach();
}

void AudioThread::stop() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopping_ = true;
  wake_.notify_all();
}

AudioReport AudioThread::report() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return report_;
}

void AudioThread::tell(const AudioReport& report) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (strcmp(report.state, report_.state) == 0 && report.reason == report_.reason && report.name == report_.name) return;
    report_ = report;
  }
  onChange_(false);
}

/** False when it is time to end. */
bool AudioThread::sleep(int ms) {
  std::unique_lock<std::mutex> lock(mutex_);
  return !wake_.wait_for(lock, std::chrono::milliseconds(ms), [this] { return stopping_; });
}

void AudioThread::run() {
  do {
    runDevice();
  } while (sleep(kRetryMs));
}

void AudioThread::runDevice() {
  AudioDevice found;
  const auto device = findAudioDevice(flow_, device_, found);
  AudioReport report;
  report.state = "waiting";
  report.detail = device_;
  if (!device) {
    report.reason = "absent";
    return tell(report);
  }
  report.name = found.name;
  Com<IAudioClient> client;
  const WAVEFORMATEXTENSIBLE format = stereoFloat();
  const DWORD flags = flags_ | AUDCLNT_STREAMFLAGS_AUTOCONVERTPCM | AUDCLNT_STREAMFLAGS_SRC_DEFAULT_QUALITY;
  HRESULT code = device->Activate(__uuidof(IAudioClient), CLSCTX_ALL, nullptr, client.outVoid());
  if (SUCCEEDED(code)) code = client->Initialize(AUDCLNT_SHAREMODE_SHARED, flags, kBuffer, 0, &format.Format, nullptr);
  if (SUCCEEDED(code)) code = open(*client.get());
  if (SUCCEEDED(code)) code = client->Start();
  if (FAILED(code)) {
    report.reason = "refused";
    return tell(report);
  }
  report.state = "running";
  tell(report);
  int64_t looked = ami::nowUs();
  while (sleep(kTurnMs) && SUCCEEDED(turn())) {
    if (device_ != "default" || ami::nowUs() < looked + kLookUs) continue;
    looked = ami::nowUs();
    AudioDevice now;
    if (!findAudioDevice(flow_, device_, now) || now.id != found.id) break;
  }
  client->Stop();
}

AudioInput::AudioInput(bool speaker, const std::string& device, std::unique_ptr<ami::AudioStore> store, OnChange onChange)
    : AudioThread(speaker ? eRender : eCapture, speaker ? AUDCLNT_STREAMFLAGS_LOOPBACK : 0, device, std::move(onChange)), store_(std::move(store)) {}

HRESULT AudioInput::open(IAudioClient& client) { return client.GetService(__uuidof(IAudioCaptureClient), capture_.outVoid()); }

HRESULT AudioInput::turn() {
  for (;;) {
    BYTE* data = nullptr;
    UINT32 frames = 0;
    DWORD flags = 0;
    UINT64 performanceTime = 0;
    const HRESULT code = capture_->GetBuffer(&data, &frames, &flags, nullptr, &performanceTime);
    if (FAILED(code) || code == AUDCLNT_S_BUFFER_EMPTY) return code;
    // Ticks of 100 ns of the performance counter, which is the monotonic clock.
    const bool timed = (flags & AUDCLNT_BUFFERFLAGS_TIMESTAMP_ERROR) == 0;
    const int64_t timeUs = timed ? static_cast<int64_t>(performanceTime / 10) : ami::nowUs() - int64_t{frames} * 1'000'000 / kRate;
    const auto* samples = reinterpret_cast<const float*>(data);
    if (flags & AUDCLNT_BUFFERFLAGS_SILENT) {
      silence_.resize(std::max(silence_.size(), size_t{frames} * 2));
      samples = silence_.data();
    }
    store_->write(samples, frames, timeUs);
    capture_->ReleaseBuffer(frames);
  }
}

AudioOutput::AudioOutput(const std::string& device, OnChange onChange) : AudioThread(eRender, 0, device, std::move(onChange)) {}

void AudioOutput::write(const float* samples, size_t frames) {
  const std::lock_guard<std::mutex> lock(ringMutex_);
  const size_t taken = std::min(frames, kRoom - queued_);
  dropped_ += frames - taken;
  for (size_t done = 0; done < taken;) {
    const size_t at = (from_ + queued_) % kRoom;
    const size_t run = std::min(taken - done, kRoom - at);
    memcpy(ring_.data() + at * 2, samples + done * 2, run * 2 * sizeof(float));
    queued_ += run;
    done += run;
  }
}

AudioOutput::Figures AudioOutput::figures() const {
  const std::lock_guard<std::mutex> lock(ringMutex_);
  return {static_cast<double>(queued_) * 1000 / kRate, static_cast<double>(underruns_), static_cast<double>(dropped_)};
}

HRESULT AudioOutput::open(IAudioClient& client) {
  client.AddRef();
  *client_.out() = &client;
  const HRESULT code = client.GetBufferSize(&bufferFrames_);
  return FAILED(code) ? code : client.GetService(__uuidof(IAudioRenderClient), render_.outVoid());
}

HRESULT AudioOutput::turn() {
  UINT32 waiting = 0;
  HRESULT code = client_->GetCurrentPadding(&waiting);
  if (FAILED(code)) return code;
  // Twice the pause between two turns is ready: less would break off, more is heard late.
  const UINT32 wanted = std::min<UINT32>(bufferFrames_, kRate * 2 * kTurnMs / 1000 * 2);
  if (waiting >= wanted) return S_OK;
  const UINT32 frames = wanted - waiting;
  BYTE* data = nullptr;
  if (FAILED(code = render_->GetBuffer(frames, &data))) return code;
  auto* to = reinterpret_cast<float*>(data);
  const std::lock_guard<std::mutex> lock(ringMutex_);
  const size_t given = std::min<size_t>(frames, queued_);
  if (given < frames) underruns_++;
  for (size_t done = 0; done < given;) {
    const size_t run = std::min(given - done, kRoom - from_);
    memcpy(to + done * 2, ring_.data() + from_ * 2, run * 2 * sizeof(float));
    from_ = (from_ + run) % kRoom;
    queued_ -= run;
    done += run;
  }
  std::fill(to + given * 2, to + size_t{frames} * 2, 0.0f);
  return render_->ReleaseBuffer(frames, 0);
}

}  // namespace windows
