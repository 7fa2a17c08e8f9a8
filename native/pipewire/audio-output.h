#pragma once
// Audio that is heard here: what is monitored; or that programs hear as a microphone.
#include <atomic>
#include <string>
#include <vector>

#include "pipewire-stream.h"

namespace ami::pipewire {

struct AudioOutputOptions {
  std::string name;
  /** `object.serial` of a speaker. */
  std::string target;
  int sampleRate = 48'000;
  /** `node.name` of a microphone that other programs record from, in the place of a target; empty: there is a target. */
  std::string microphone;
};

/**
 * Plays stereo that is written into a ring from one other thread. It starts when some ms are there, and keeps them: the speaker's clock
 * differs from the writer's, so what is played is stretched by some parts per million; a far too large backlog is skipped.
 */
class AudioOutput final : public Stream {
 public:
  AudioOutput(Loop& loop, AudioOutputOptions options, Tell tell);

  void open() override;

  // On the writer's thread.
  /** What does not fit is dropped. */
  void write(const float* samples, size_t frames);
  struct Statistics {
    double queuedMs;
    uint32_t underruns;
    uint64_t droppedFrames;
  };
  Statistics statistics() const;

 private:
  void onProcess() override;
  void onArea(uint32_t id, void* area) override;
  void steer(size_t queued);

  const AudioOutputOptions options_;
  std::vector<float> ring_;
  std::atomic<uint64_t> written_{0};
  std::atomic<uint64_t> read_{0};
  std::atomic<uint32_t> underruns_{0};
  std::atomic<uint64_t> dropped_{0};
  std::atomic<struct spa_io_rate_match*> match_{nullptr};
  double smooth_ = 0;
  bool playing_ = false;
};

}  // namespace ami::pipewire
