#pragma once
// The last two seconds of a source's audio in shared memory: interleaved stereo float32, one writer, any readers, nobody waits.
#include <algorithm>
#include <atomic>
#include <memory>
#include <string>

#include "monotonic.h"
#include "store-memory.h"

namespace ami {

/** Like a frame store's, its header may be written by a faulty worker: reading stays inside the memory whatever it says. */
class AudioStore {
 public:
  static constexpr int kMinRate = 8000, kMaxRate = 192000;

  static std::unique_ptr<AudioStore> create(int sampleRate, std::string& error) {
    if (sampleRate < kMinRate || sampleRate > kMaxRate) {
      error = "a sample rate of " + std::to_string(sampleRate) + " Hz: 8000 to 192000 are possible";
      return nullptr;
    }
    auto memory = createStoreMemory(kKind, kMagic, kSize, error);
    if (!memory) return nullptr;
    if (!memory->ensure(0, kSize)) {
      error = "there is no memory for audio";
      return nullptr;
    }
    reinterpret_cast<Header*>(memory->data())->sampleRate.store(sampleRate, std::memory_order_relaxed);
    return std::unique_ptr<AudioStore>(new AudioStore(std::move(memory), sampleRate));
  }

  static std::unique_ptr<AudioStore> open(const std::string& address, std::string& error) {
    auto memory = openStoreMemory(kKind, kMagic, kSize, address, error);
    if (!memory) return nullptr;
    const int rate = reinterpret_cast<const Header*>(memory->data())->sampleRate.load(std::memory_order_relaxed);
    if (rate < kMinRate || rate > kMaxRate) {
      error = address + " has an invalid sample rate: its writer is faulty";
      return nullptr;
    }
    return std::unique_ptr<AudioStore>(new AudioStore(std::move(memory), rate));
  }

  const std::string& address() const { return memory_->address(); }
  int sampleRate() const { return rate_; }
  uint64_t written() const { return header()->written.load(std::memory_order_acquire); }
  int64_t endTimeUs() const { return heldTimeUs(header()->endTimeUs.load(std::memory_order_acquire)); }

  /** Appends frames; `timeUs` is when the first is to be heard. More than 5 ms from where the last ended is a seam. */
  void write(const float* samples, uint64_t frames, int64_t timeUs) {
    if (frames == 0) return;
    Header* h = header();
    const uint64_t start = h->written.load(std::memory_order_relaxed);
    const int64_t off = timeUs - endTimeUs();
    const bool seam = start == 0 || off > kSeamUs || off < -kSeamUs;
    const uint64_t mark = h->marks.load(std::memory_order_relaxed);
    // Readers look at what will be overwritten before they trust what they copied.
    h->reserved.store(start + frames);
    h->markReserved.store(mark + 1);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    Mark& entry = h->mark[mark % kMarks];
    entry.frame.store(start, std::memory_order_relaxed);
    entry.timeUs.store(timeUs, std::memory_order_relaxed);
    entry.seam.store(seam ? 1 : 0, std::memory_order_relaxed);
    // If it is more than the store's size, the end is kept.
    const uint64_t skip = frames > frames_ ? frames - frames_ : 0;
    for (uint64_t done = skip; done < frames;) {
      const uint64_t at = (start + done) % frames_;
      const uint64_t run = std::min(frames - done, frames_ - at);
      memcpy(data() + at * 2, samples + done * 2, run * 2 * sizeof(float));
      done += run;
    }
    h->endTimeUs.store(timeUs + lengthUs(frames), std::memory_order_relaxed);
    h->marks.store(mark + 1, std::memory_order_release);
    h->written.store(start + frames, std::memory_order_release);
  }

  struct Read {
    uint64_t from = 0;
    uint64_t frames = 0;
    int64_t timeUs = 0;
  };

  /** Copies frames from number `from` on, up to the next seam; `from` of the answer is later where frames were overwritten. */
  Read read(uint64_t from, float* into, uint64_t room) const {
    const Header* h = header();
    for (int turn = 0; turn < 8; turn++) {
      const uint64_t end = h->written.load(std::memory_order_acquire);
      const uint64_t marks = h->marks.load(std::memory_order_acquire);
      // What the next writing may overwrite is left alone, so that a second turn is rare.
      const uint64_t held = frames_ - frames_ / 16;
      uint64_t start = std::max(from, end > held ? end - held : 0);
      if (start >= end || marks == 0 || room == 0) return {std::min(start, end), 0, endTimeUs()};

      const uint64_t oldest = marks > kMarks - kMarkMargin ? marks - (kMarks - kMarkMargin) : 0;
      start = std::max(start, markAt(oldest).frame.load(std::memory_order_relaxed));
      uint64_t low = oldest, high = marks;
      while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        if (markAt(middle).frame.load(std::memory_order_relaxed) <= start) low = middle;
        else high = middle;
      }
      const uint64_t markFrame = markAt(low).frame.load(std::memory_order_relaxed);
      const int64_t markTime = heldTimeUs(markAt(low).timeUs.load(std::memory_order_relaxed));
      uint64_t frames = start < end ? std::min(end - start, room) : 0;
      for (uint64_t next = low + 1; next < marks; next++) {
        const uint64_t frame = markAt(next).frame.load(std::memory_order_relaxed);
        if (frame >= start + frames) break;
        if (markAt(next).seam.load(std::memory_order_relaxed) == 0) continue;
        frames = frame > start ? frame - start : 0;
        break;
      }
      for (uint64_t done = 0; done < frames;) {
        const uint64_t at = (start + done) % frames_;
        const uint64_t run = std::min(frames - done, frames_ - at);
        memcpy(into + done * 2, data() + at * 2, run * 2 * sizeof(float));
        done += run;
      }
      std::atomic_thread_fence(std::memory_order_seq_cst);
      const uint64_t reserved = h->reserved.load(), markReserved = h->markReserved.load();
      const bool whole = start + frames_ >= reserved && low + kMarks >= markReserved && markFrame <= start;
      if (whole) return {start, frames, heldTimeUs(markTime + lengthUs(start - markFrame))};
    }
    return {written(), 0, endTimeUs()};
  }

 private:
  static constexpr const char* kKind = "audio";
  static constexpr uint64_t kMagic = 0x31646e756f73696d;
  static constexpr int64_t kSeamUs = 5000;
  /** Frames of the mapping; of these `frames_` are used, two seconds and some. */
  static constexpr uint64_t kMaxFrames = 1 << 19;
  static constexpr uint64_t kMarks = 4096, kMarkMargin = 64;
  /** More than anybody has been on air: what can be turned into a time. */
  static constexpr uint64_t kMostFrames = uint64_t{1} << 40;

  /** When a frame is heard: one mark for each writing, so that a device's true rate shows. */
  struct Mark {
    std::atomic<uint64_t> frame;
    std::atomic<int64_t> timeUs;
    std::atomic<uint64_t> seam;
  };
  struct Header {
    StoreMark store;
    std::atomic<int32_t> sampleRate;
    std::atomic<uint64_t> written;
    std::atomic<uint64_t> reserved;
    std::atomic<int64_t> endTimeUs;
    std::atomic<uint64_t> marks;
    std::atomic<uint64_t> markReserved;
    Mark mark[kMarks];
  };
  static constexpr size_t kHeaderSize = (sizeof(Header) + 4095) / 4096 * 4096;
  static constexpr size_t kSize = kHeaderSize + kMaxFrames * 2 * sizeof(float);

  AudioStore(std::unique_ptr<SharedMemory> memory, int rate) : memory_(std::move(memory)), rate_(rate), frames_(framesOf(rate)) {}

  static uint64_t framesOf(int rate) {
    uint64_t frames = 1 << 15;
    while (frames - frames / 16 < 2 * static_cast<uint64_t>(rate)) frames *= 2;
    return frames;
  }

  Header* header() const { return reinterpret_cast<Header*>(memory_->data()); }
  float* data() const { return reinterpret_cast<float*>(memory_->data() + kHeaderSize); }
  int64_t lengthUs(uint64_t frames) const { return static_cast<int64_t>(std::min(frames, kMostFrames) * 1'000'000 / static_cast<uint64_t>(rate_)); }
  const Mark& markAt(uint64_t number) const { return header()->mark[number % kMarks]; }

  const std::unique_ptr<SharedMemory> memory_;
  const int rate_;
  const uint64_t frames_;
};

}  // namespace ami
