#include "screen-copy.h"

#include <algorithm>

#include "media-store/frame.h"
#include "protocols.h"

namespace wayland {

namespace {

/** From then on all of it was drawn on. */
constexpr size_t kMaxParts = 256;

}  // namespace

ScreenCopy::ScreenCopy(Connection& connection, bool whenChanged, std::unique_ptr<SharedPixels> reused)
    : connection_(connection), whenChanged_(whenChanged), pixels_(std::move(reused)) {
  const uint32_t version = wl_proxy_get_version(connection.screencopy);
  frame_ = wl_proxy_marshal_flags(connection.screencopy, screencopy::kCaptureOutput, &screencopyFrameInterface, version, 0, nullptr, 0, connection.output);
  // In the order of the protocol's events.
  static const struct {
    void (*buffer)(void*, wl_proxy*, uint32_t, uint32_t, uint32_t, uint32_t);
    void (*flags)(void*, wl_proxy*, uint32_t);
    void (*ready)(void*, wl_proxy*, uint32_t, uint32_t, uint32_t);
    void (*failed)(void*, wl_proxy*);
    void (*damage)(void*, wl_proxy*, uint32_t, uint32_t, uint32_t, uint32_t);
    void (*linuxDmabuf)(void*, wl_proxy*, uint32_t, uint32_t, uint32_t);
    void (*bufferDone)(void*, wl_proxy*);
  } listener = {
      [](void* data, wl_proxy*, uint32_t format, uint32_t width, uint32_t height, uint32_t stride) {
        static_cast<ScreenCopy*>(data)->offered(format, width, height, stride);
      },
      [](void* data, wl_proxy*, uint32_t flags) { static_cast<ScreenCopy*>(data)->upsideDown_ = (flags & screencopy::kUpsideDown) != 0; },
      [](void* data, wl_proxy*, uint32_t, uint32_t, uint32_t) {
        static_cast<ScreenCopy*>(data)->finish();
      },
      [](void* data, wl_proxy*) { static_cast<ScreenCopy*>(data)->state_ = State::failed; },
      [](void* data, wl_proxy*, uint32_t x, uint32_t y, uint32_t width, uint32_t height) {
        auto& self = *static_cast<ScreenCopy*>(data);
        if (!self.pixels_ || std::max({x, y, width, height}) > static_cast<uint32_t>(ami::kMaxSide)) return;
        const ami::Rect part = {static_cast<int>(x), static_cast<int>(y), static_cast<int>(width), static_cast<int>(height)};
        // Whether they are within the frame is known when it is ready.
        if (self.parts_.size() < kMaxParts) self.parts_.push_back(part);
        else self.parts_.back() = {0, 0, ami::kMaxSide, ami::kMaxSide};
      },
      [](void*, wl_proxy*, uint32_t, uint32_t, uint32_t) {},
      [](void* data, wl_proxy*) { static_cast<ScreenCopy*>(data)->start(); },
  };
  // A listener of libwayland is a list of functions, which this is.
  wl_proxy_add_listener(frame_, reinterpret_cast<void (**)()>(const_cast<void*>(static_cast<const void*>(&listener))), this);
}

ScreenCopy::~ScreenCopy() {
  wl_proxy_marshal_flags(frame_, screencopy::kDestroy, nullptr, wl_proxy_get_version(frame_), WL_MARSHAL_FLAG_DESTROY);
}

void ScreenCopy::offered(uint32_t format, uint32_t width, uint32_t height, uint32_t stride) {
  if (offered_ || state_ != State::waiting) return;
  offered_ = true;
  const bool known = format == WL_SHM_FORMAT_XRGB8888 || format == WL_SHM_FORMAT_ARGB8888;
  const auto most = static_cast<uint32_t>(ami::kMaxSide);
  if (!known || width == 0 || height == 0 || width > most || height > most || stride != width * 4) {
    why_ = known ? "too-large" : "pixel-format";
    state_ = State::failed;
    return;
  }
  if (!pixels_ || !pixels_->fits(static_cast<int>(width), static_cast<int>(height), format)) {
    pixels_ = SharedPixels::make(connection_, static_cast<int>(width), static_cast<int>(height), format);
  }
  width_ = static_cast<int>(width);
  height_ = static_cast<int>(height);
  // Older versions do not say when they have offered everything.
  if (wl_proxy_get_version(frame_) < 3) start();
}

void ScreenCopy::start() {
  if (started_ || state_ != State::waiting) return;
  started_ = true;
  if (!offered_ || !pixels_) {
    state_ = State::failed;
    return;
  }
  const uint32_t version = wl_proxy_get_version(frame_);
  const uint32_t request = whenChanged_ && version >= 2 ? screencopy::kCopyWithDamage : screencopy::kCopy;
  wl_proxy_marshal_flags(frame_, request, nullptr, version, 0, pixels_->buffer());
}

void ScreenCopy::finish() {
  // A compositor that copied nothing has nothing ready.
  if (!started_ || state_ != State::waiting || !pixels_) return;
  pixels_->written(upsideDown_, connection_.outputTransform());
  std::vector<ami::Rect> shown;
  for (const ami::Rect& part : parts_) {
    const ami::Rect inside = part.intersected({0, 0, width_, height_});
    if (!inside.empty()) shown.push_back(pixels_->shownPart(inside));
  }
  parts_ = std::move(shown);
  state_ = State::ready;
}

}  // namespace wayland
