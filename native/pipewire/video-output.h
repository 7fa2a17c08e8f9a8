#pragma once
// Frames that go out: a camera that other programs see.
#include <spa/param/video/raw.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "media-store/frame-store.h"
#include "pipewire-stream.h"

namespace ami::pipewire {

struct VideoOutputOptions {
  /** `node.name`, by which programs find it again. */
  std::string node;
  /** What people read. */
  std::string name;
  int width = 0;
  int height = 0;
  /** Frames a second. */
  spa_fraction rate{30, 1};
};

/**
 * A node that programs take for a camera (`Video/Source`, role `Camera`). It drives its own graph: each new frame of a store is
 * copied into a buffer that all who are linked share, and handed on at once. While nobody is linked nothing is looked at.
 */
class VideoOutput final : public Stream {
 public:
  VideoOutput(Loop& loop, VideoOutputOptions options, std::shared_ptr<FrameStore> store, Tell tell);

  // On the loop's thread.
  void open() override;
  void close() override;
  /** Frames come from here from now on. */
  void setStore(std::shared_ptr<FrameStore> store);

  // From any thread.
  struct Statistics {
    uint64_t frames;
    /** The linked program had all buffers, or the frame had another size. */
    uint64_t dropped;
  };
  Statistics statistics() const { return {frames_.load(), dropped_.load()}; }

 private:
  void onProcess() override;
  void onFormat(const spa_pod* format) override;
  void onState(pw_stream_state state) override;
  /** Looks whether there is a new frame, and when to look again. */
  void look();
  void lookIn(int64_t delayUs);
  /** False where it does not fit. */
  bool copy(const FrameStore::Frame& frame, spa_buffer* buffer) const;

  const VideoOutputOptions options_;
  const int64_t periodUs_;
  std::shared_ptr<FrameStore> store_;
  spa_video_format format_ = SPA_VIDEO_FORMAT_UNKNOWN;
  spa_source* timer_ = nullptr;
  /** Sequence of the frame that was handed on last, and when it was due. */
  uint64_t sent_ = 0;
  int64_t sentUs_ = 0;
  std::atomic<uint64_t> frames_{0};
  std::atomic<uint64_t> dropped_{0};
};

}  // namespace ami::pipewire
