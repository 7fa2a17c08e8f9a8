#pragma once
// Frames that come in: cameras, and screens that a desktop hands out.
#include <spa/param/video/raw.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "media-store/frame-store.h"
#include "pipewire-stream.h"

namespace ami::pipewire {

struct VideoInputOptions {
  std::string name;
  /** `object.serial` of a camera; empty where `node` tells. */
  std::string target;
  /** Id of a node on the connection: of a screen that was handed out. */
  uint32_t node = PW_ID_ANY;
  /** A connection of its own, which the desktop opened for us; -1: the user's. Owned from here on. */
  int fd = -1;
  /** Wishes, tried first; 0: none. */
  int width = 0;
  int height = 0;
  double rate = 0;
};

/** Writes each frame into a store, converted once, on the loop's thread. */
class VideoInput final : public Stream {
 public:
  VideoInput(Loop& loop, VideoInputOptions options, std::shared_ptr<FrameStore> store, Tell tell);

  void open() override;

  // From any thread.
  /** Of a frame that nobody looks at only two a second are converted. */
  void setShown(bool shown) { shown_.store(shown); }
  struct Statistics {
    uint64_t frames;
    /** Damaged, or not what was agreed on. */
    uint64_t dropped;
  };
  Statistics statistics() const { return {frames_.load(), dropped_.load()}; }

 private:
  void onProcess() override;
  void onFormat(const spa_pod* format) override;
  void take(spa_buffer* buffer);
  /** Points into the buffer, or false where it does not hold what was agreed on. */
  bool view(spa_buffer* buffer, FrameView& frame);
  bool decodeJpeg(const uint8_t* bytes, size_t size, FrameView& frame);

  const VideoInputOptions options_;
  const std::shared_ptr<FrameStore> store_;
  bool jpeg_ = false;
  spa_video_info_raw format_{};
  /** Where layouts are converted that a store does not know: packed YUV, JPEG. */
  std::vector<uint8_t> scratch_;
  std::atomic<bool> shown_{true};
  std::atomic<uint64_t> frames_{0};
  std::atomic<uint64_t> dropped_{0};
  int64_t convertedUs_ = 0;
};

}  // namespace ami::pipewire
