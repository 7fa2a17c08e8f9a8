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
        auto& self = *static_cast<ScreenCopy*>(data);
        // A compositor that copied nothing has nothing ready.
        if (!self.started_ || self.state_ != State::waiting) return;
        if (self.upsideDown_) self.turn();
        self.state_ = State::ready;
      },
      [](void* data, wl_proxy*) { static_cast<ScreenCopy*>(data)->state_ = State::failed; },
      [](void* data, wl_proxy*, uint32_t x, uint32_t y, uint32_t width, uint32_t height) {
        auto& self = *static_cast<ScreenCopy*>(data);
        if (!self.pixels_ || std::max({x, y, width, height}) > static_cast<uint32_t>(ami::kMaxSide)) return;
        const ami::Rect part = {static_cast<int>(x), static_cast<int>(y), static_cast<int>(width), static_cast<int>(height)};
        const ami::Rect inside = part.intersected({0, 0, self.pixels_->width(), self.pixels_->height()});
        if (inside.empty()) return;
        if (self.parts_.size() < kMaxParts) self.parts_.push_back(inside);
        else self.parts_.back() = {0, 0, self.pixels_->width(), self.pixels_->height()};
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

void ScreenCopy::turn() {
  if (!pixels_) return;
  const size_t stride = static_cast<size_t>(pixels_->width()) * 4;
  const int height = pixels_->height();
  for (int row = 0; row < height / 2; row++) {
    uint8_t* top = pixels_->data() + static_cast<size_t>(row) * stride;
    std::swap_ranges(top, top + stride, pixels_->data() + static_cast<size_t>(height - 1 - row) * stride);
  }
}

}  // namespace wayland
