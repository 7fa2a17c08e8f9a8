#pragma once
// The newest frame of a source in shared memory: one writer, any readers, in any process of the user; nobody waits for anybody.
#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "convert-rgb.h"
#include "convert-yuv.h"
#include "monotonic.h"
#include "frame.h"
#include "shared-wait.h"
#include "store-memory.h"

namespace ami {

/**
 * Frames are in slots. The header names the newest; a reader pins its slot while it reads, the writer writes into one that is neither
 * newest nor pinned. Usually two slots are in use, the rest costs no memory until a reader is slow. A pin expires after two seconds: its
 * owner died. Whatever is read from the header is checked, because the writer may be a faulty worker.
 */
class FrameStore {
 public:
  static std::unique_ptr<FrameStore> create(std::string& error) {
    return over(createStoreMemory(kKind, kMagic, kSize, error));
  }

  static std::unique_ptr<FrameStore> open(const std::string& address, std::string& error) {
    return over(openStoreMemory(kKind, kMagic, kSize, address, error));
  }

  const std::string& address() const { return memory_->address(); }

  /** What is known of the newest frame without looking at it. */
  struct About {
    uint64_t sequence = 0;
    int width = 0;
    int height = 0;
    bool hasAlpha = false;
    int64_t timeUs = 0;
  };

  /** The newest frame, kept from being overwritten while this lives. Empty (`sequence` 0) before the first. */
  class Frame : public About {
   public:
    Frame() = default;
    Frame(Frame&& other) noexcept { *this = std::move(other); }
    Frame& operator=(Frame&& other) noexcept {
      if (this == &other) return *this;
      unpin();
      static_cast<About&>(*this) = other;
      planes = other.planes;
      pins_ = other.pins_;
      other.pins_ = nullptr;
      return *this;
    }
    ~Frame() { unpin(); }
    explicit operator bool() const { return sequence != 0; }

    /** Only to be read. `planes.a` is null where `hasAlpha` is false. */
    Planes planes;

   private:
    friend class FrameStore;
    void unpin() {
      if (pins_ == nullptr) return;
      uint32_t pins = pins_->load();
      while (pins > 0 && !pins_->compare_exchange_weak(pins, pins - 1)) {
      }
      pins_ = nullptr;
    }
    std::atomic<uint32_t>* pins_ = nullptr;
  };

  About about() const {
    const Frame frame = newest();
    return frame;
  }

  uint64_t sequence() const { return header()->latest.load(std::memory_order_acquire) >> kSlotBits; }

  /** Waits until the newest frame is another than that of `sequence`, `timeoutUs` at most. */
  void waitForOther(uint64_t sequence, int64_t timeoutUs) const {
    header()->wait.wait(timeoutUs, [&] { return this->sequence() != sequence; });
  }

  Frame newest() const {
    Frame frame;
    // Each turn fails only when the writer finished another frame meanwhile.
    for (int turn = 0; turn < 64; turn++) {
      const uint64_t latest = header()->latest.load();
      if (latest >> kSlotBits == 0) return frame;
      const size_t index = latest & (kSlots - 1);
      Slot& slot = header()->slots[index];
      slot.pinnedUs.store(nowUs());
      slot.pins.fetch_add(1);
      frame.pins_ = &slot.pins;
      if (header()->latest.load() == latest) {
        const int width = slot.width.load(std::memory_order_relaxed), height = slot.height.load(std::memory_order_relaxed);
        if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide) break;
        const uint32_t alpha = slot.alpha.load(std::memory_order_relaxed);
        frame.sequence = latest >> kSlotBits;
        frame.width = width;
        frame.height = height;
        frame.hasAlpha = alpha == kSeenThrough;
        frame.timeUs = heldTimeUs(slot.timeUs.load(std::memory_order_relaxed));
        frame.planes = planesOf(index, width, height, frame.hasAlpha);
        return frame;
      }
      frame.unpin();
    }
    frame.unpin();
    return frame;
  }

  /**
   * Converts and shows a frame. With `changed` only those rows are read: the others are those of the frame before, which must
   * have had the same size (all rows of the first frame are read). Empty, or a sentence about what is wrong.
   */
  std::string write(const FrameView& frame, const RowSpan* changed = nullptr, size_t changes = 0) {
    if (frame.width < 1 || frame.height < 1 || frame.width > kMaxSide || frame.height > kMaxSide) {
      return "a frame of " + std::to_string(frame.width) + " x " + std::to_string(frame.height) + " pixels: 1 to " +
             std::to_string(kMaxSide) + " are possible";
    }
    const bool isRgb = frame.layout == Layout::bgra || frame.layout == Layout::rgba;
    const bool alpha = frame.layout == Layout::i420a || (isRgb && !frame.opaque);
    const Frame before = newest();
    const int base = before ? static_cast<int>(header()->latest.load() & (kSlots - 1)) : -1;
    const bool partial = changed != nullptr && base >= 0 && fits(base, frame, alpha);
    markStale(frame.height, partial ? changed : nullptr, changes);

    const size_t index = freeSlot(base);
    Slot& slot = header()->slots[index];
    if (!fits(static_cast<int>(index), frame, alpha) && !resize(index, frame.width, frame.height, alpha)) return "there is no memory for the frame";
    const Planes to = planesOf(index, frame.width, frame.height, alpha);
    bool transparent = partial && before.hasAlpha;
    room_.resize(static_cast<size_t>(to.width) * 8 + 64);
    const auto convert = [&](int first, int count) {
      transparent |= isRgb ? convertRgbRows(frame, to, first, count, room_.data()) : convertYuvRows(frame, to, first, count, room_.data());
    };
    if (partial) {
      const Planes old = planesOf(static_cast<size_t>(base), frame.width, frame.height, alpha);
      forRuns(fresh_, frame.height, convert);
      Bits& stale = stale_[index];
      for (size_t i = 0; i < stale.size(); i++) stale[i] &= ~fresh_[i];
      forRuns(stale, frame.height, [&](int first, int count) { copyRows(old, to, first, count); });
    } else {
      convert(0, frame.height);
    }
    std::fill(stale_[index].begin(), stale_[index].end(), 0);

    slot.alpha.store(!alpha ? kOpaque : transparent ? kSeenThrough : kAlphaUnused, std::memory_order_relaxed);
    slot.timeUs.store(frame.timeUs, std::memory_order_relaxed);
    const uint64_t sequence = header()->written.load(std::memory_order_relaxed) + 1;
    header()->written.store(sequence, std::memory_order_relaxed);
    header()->latest.store(sequence << kSlotBits | index);
    header()->wait.notify();
    return {};
  }

  /** Takes the frame away and gives its memory back. */
  void clear() {
    header()->latest.store(0);
    header()->wait.notify();
    for (size_t index = 0; index < kSlots; index++) {
      Slot& slot = header()->slots[index];
      if (slot.pins.load() == 0 && slot.width.load() > 0) resize(index, 0, 0, false);
    }
  }

 private:
  static constexpr const char* kKind = "frames";
  static constexpr uint64_t kMagic = 0x32736d6172666d61;
  static constexpr size_t kSlots = 4, kSlotBits = 2;
  static constexpr size_t kHeaderSize = 4096;
  static constexpr size_t kSlotSize = size_t{kMaxSide} * kMaxSide * 5 / 2;
  /** Some bytes behind the last plane: wide reads may go past its end. */
  static constexpr size_t kSize = kHeaderSize + kSlots * kSlotSize + 4096;
  static constexpr int64_t kPinLifeUs = 2'000'000;
  /** Alpha of a slot: no plane; a plane that is opaque everywhere; one that is not. */
  static constexpr uint32_t kOpaque = 0, kAlphaUnused = 1, kSeenThrough = 2;
  using Bits = std::vector<uint64_t>;

  struct Slot {
    std::atomic<uint32_t> pins;
    std::atomic<int64_t> pinnedUs;
    std::atomic<int32_t> width;
    std::atomic<int32_t> height;
    std::atomic<uint32_t> alpha;
    std::atomic<int64_t> timeUs;
  };
  struct Header {
    StoreMark store;
    /** Sequence number and slot of the newest frame; 0: none. */
    std::atomic<uint64_t> latest;
    /** Sequence number of the last frame that was written. */
    std::atomic<uint64_t> written;
    SharedWait wait;
    Slot slots[kSlots];
  };
  static_assert(sizeof(Header) <= kHeaderSize);
  static_assert(std::atomic<uint64_t>::is_always_lock_free && std::atomic<uint32_t>::is_always_lock_free);

  explicit FrameStore(std::unique_ptr<SharedMemory> memory) : memory_(std::move(memory)) {}

  static std::unique_ptr<FrameStore> over(std::unique_ptr<SharedMemory> memory) {
    return std::unique_ptr<FrameStore>(memory ? new FrameStore(std::move(memory)) : nullptr);
  }

  Header* header() const { return reinterpret_cast<Header*>(memory_->data()); }

  static ptrdiff_t strideOf(int width) { return (width + 63) / 64 * 64; }

  static size_t bytesOf(int width, int height, bool alpha) {
    const auto luma = static_cast<size_t>(strideOf(width)) * static_cast<size_t>(height);
    return luma * (alpha ? 2 : 1) + 2 * static_cast<size_t>(strideOf(chromaOf(width))) * static_cast<size_t>(chromaOf(height));
  }

  Planes planesOf(size_t index, int width, int height, bool alpha) const {
    Planes planes;
    planes.width = width;
    planes.height = height;
    planes.strideY = planes.strideA = strideOf(width);
    planes.strideC = strideOf(chromaOf(width));
    planes.y = memory_->data() + kHeaderSize + index * kSlotSize;
    planes.u = planes.y + planes.strideY * height;
    planes.v = planes.u + planes.strideC * chromaOf(height);
    if (alpha) planes.a = planes.v + planes.strideC * chromaOf(height);
    return planes;
  }

  bool fits(int index, const FrameView& frame, bool alpha) const {
    const Slot& slot = header()->slots[index];
    return slot.width.load() == frame.width && slot.height.load() == frame.height && (slot.alpha.load() != kOpaque) == alpha;
  }

  /** The writer's choice. Where readers hold all, one loses its frame: better than a source that waits. */
  size_t freeSlot(int latest) {
    const int64_t now = nowUs();
    size_t oldest = latest == 0 ? 1 : 0;
    for (size_t index = 0; index < kSlots; index++) {
      if (static_cast<int>(index) == latest) continue;
      Slot& slot = header()->slots[index];
      if (slot.pins.load() == 0) return index;
      if (now - heldTimeUs(slot.pinnedUs.load()) > kPinLifeUs) {
        slot.pins.store(0);
        return index;
      }
      if (slot.pinnedUs.load() < header()->slots[oldest].pinnedUs.load()) oldest = index;
    }
    return oldest;
  }

  /** False if there is no memory. */
  bool resize(size_t index, int width, int height, bool alpha) {
    Slot& slot = header()->slots[index];
    const int oldWidth = std::clamp<int>(slot.width.load(), 0, kMaxSide), oldHeight = std::clamp<int>(slot.height.load(), 0, kMaxSide);
    const size_t page = 4096;
    const size_t had = bytesOf(oldWidth, oldHeight, slot.alpha.load() != kOpaque);
    const size_t kept = (bytesOf(width, height, alpha) + page - 1) / page * page;
    if (kept < had) memory_->release(kHeaderSize + index * kSlotSize + kept, had - kept);
    if (kept > had && !memory_->ensure(kHeaderSize + index * kSlotSize, kept)) return false;
    slot.width.store(width);
    slot.height.store(height);
    slot.alpha.store(alpha ? kAlphaUnused : kOpaque);
    std::fill(stale_[index].begin(), stale_[index].end(), ~uint64_t{0});
    return true;
  }

  /** Notes in `fresh_` and for every slot which pairs of rows are not what they were. */
  void markStale(int height, const RowSpan* changed, size_t changes) {
    const size_t words = (static_cast<size_t>(chromaOf(height)) + 63) / 64;
    for (Bits& bits : stale_) bits.resize(words, ~uint64_t{0});
    fresh_.assign(words, changed == nullptr ? ~uint64_t{0} : 0);
    for (size_t i = 0; changed != nullptr && i < changes; i++) {
      const int first = std::clamp(changed[i].first, 0, height);
      const int end = first + std::clamp(changed[i].count, 0, height - first);
      for (int pair = first / 2; pair * 2 < end; pair++) fresh_[static_cast<size_t>(pair) / 64] |= uint64_t{1} << (pair % 64);
    }
    for (Bits& bits : stale_) {
      for (size_t i = 0; i < words; i++) bits[i] |= fresh_[i];
    }
  }

  /** Calls `work(first row, rows)` for each run of marked pairs of rows. */
  template <class Work>
  static void forRuns(const Bits& bits, int height, Work&& work) {
    const auto marked = [&](int pair) { return (bits[static_cast<size_t>(pair) / 64] >> (pair % 64) & 1) != 0; };
    const int pairs = chromaOf(height);
    for (int pair = 0; pair < pairs; pair++) {
      if (!marked(pair)) continue;
      const int first = pair;
      while (pair < pairs && marked(pair)) pair++;
      work(first * 2, std::min(pair * 2, height) - first * 2);
    }
  }

  static void copyRows(const Planes& from, const Planes& to, int first, int count) {
    const size_t pairs = static_cast<size_t>(chromaOf(count)), rows = static_cast<size_t>(count);
    const ptrdiff_t chroma = first / 2 * to.strideC;
    memcpy(to.y + first * to.strideY, from.y + first * to.strideY, rows * static_cast<size_t>(to.strideY));
    memcpy(to.u + chroma, from.u + chroma, pairs * static_cast<size_t>(to.strideC));
    memcpy(to.v + chroma, from.v + chroma, pairs * static_cast<size_t>(to.strideC));
    if (to.a != nullptr) memcpy(to.a + first * to.strideA, from.a + first * to.strideA, rows * static_cast<size_t>(to.strideA));
  }

  const std::unique_ptr<SharedMemory> memory_;
  /** For each slot a bit per pair of rows: not as in the newest frame. Known to the writer alone. */
  Bits stale_[kSlots];
  Bits fresh_;
  std::vector<uint8_t> room_;
};

}  // namespace ami
