#pragma once
#include <audioclient.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "media-store/audio-store.h"
#include "audio-devices.h"

namespace windows {

struct AudioReport {
  /** `starting`, `running` or `waiting`. */
  const char* state = "starting";
  /** `absent` or `refused`; empty while it runs. */
  std::string reason;
  std::string detail;
  std::string name;
};

/**
 * Audio of one device through WASAPI, on a thread of its own: waits for the device, and goes on when it comes back. It keeps itself alive
 * until it has ended.
 */
class AudioThread : public std::enable_shared_from_this<AudioThread> {
 public:
  using OnChange = std::function<void(bool ended)>;
  virtual ~AudioThread() = default;

  void begin();
  void stop();
  AudioReport report() const;

 protected:
  /** `flow`: of the device; `flags`: further AUDCLNT_STREAMFLAGS. */
  AudioThread(EDataFlow flow, DWORD flags, std::string device, OnChange onChange)
      : flow_(flow), flags_(flags), device_(std::move(device)), onChange_(std::move(onChange)) {}

  /** Takes or gives what is due; a failure's code where the device is lost. */
  virtual HRESULT open(IAudioClient& client) = 0;
  virtual HRESULT turn() = 0;

 private:
  void run();
  /** Runs with one device until it is lost or another becomes the default. */
  void runDevice();
  void tell(const AudioReport& report);
  bool sleep(int ms);

  const EDataFlow flow_;
  const DWORD flags_;
  const std::string device_;
  const OnChange onChange_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  AudioReport report_;
};

/** A microphone, or what is played on a speaker. */
class AudioInput : public AudioThread {
 public:
  AudioInput(bool speaker, const std::string& device, std::unique_ptr<ami::AudioStore> store, OnChange onChange);

 private:
  HRESULT open(IAudioClient& client) override;
  HRESULT turn() override;

  const std::unique_ptr<ami::AudioStore> store_;
  Com<IAudioCaptureClient> capture_;
  std::vector<float> silence_;
};

/** Audio on its way to a speaker. */
class AudioOutput : public AudioThread {
 public:
  AudioOutput(const std::string& device, OnChange onChange);

  /** Interleaved stereo; what does not fit is dropped and counted. */
  void write(const float* samples, size_t frames);
  struct Figures {
    double queuedMs;
    double underruns;
    double droppedFrames;
  };
  Figures figures() const;

 private:
  HRESULT open(IAudioClient& client) override;
  HRESULT turn() override;

  /** A tenth of a second: more would be heard late. */
  static constexpr size_t kRoom = 4800;
  mutable std::mutex ringMutex_;
  std::vector<float> ring_ = std::vector<float>(kRoom * 2);
  size_t from_ = 0;
  size_t queued_ = 0;
  uint64_t underruns_ = 0;
  uint64_t dropped_ = 0;
  Com<IAudioClient> client_;
  Com<IAudioRenderClient> render_;
  UINT32 bufferFrames_ = 0;
};

}  // namespace windows
