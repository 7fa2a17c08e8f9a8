#include "pointer.h"

#include <xcb/xfixes.h>
#include <xcb/xinput.h>

namespace x11 {

namespace {

/** No cursor is larger; what a server says beyond is not drawn. */
constexpr int kMostPixels = 1024;

}  // namespace

void Pointer::watch(bool wanted) {
  const xcb_window_t root = connection_.screen(0)->root;
  if (connection_.has().fixes) {
    xcb_xfixes_select_cursor_input(connection_.raw(), root, wanted ? XCB_XFIXES_CURSOR_NOTIFY_MASK_DISPLAY_CURSOR : 0);
  }
  moved_ = reshaped_ = true;
  if (!connection_.has().rawPointer) return;
  struct {
    xcb_input_event_mask_t head;
    uint32_t mask;
  } events = {{XCB_INPUT_DEVICE_ALL_MASTER, 1}, wanted ? uint32_t{XCB_INPUT_XI_EVENT_MASK_RAW_MOTION} : 0u};
  xcb_input_xi_select_events(connection_.raw(), root, 1, &events.head);
}

bool Pointer::handle(const xcb_generic_event_t& event) {
  const int type = event.response_type & 0x7f;
  if (type == XCB_GE_GENERIC && connection_.has().rawPointer) {
    const auto& generic = reinterpret_cast<const xcb_ge_generic_event_t&>(event);
    if (generic.extension != connection_.has().inputOpcode) return false;
    moved_ = true;
    return true;
  }
  if (connection_.has().fixes && type == connection_.has().fixesEvent + XCB_XFIXES_CURSOR_NOTIFY) {
    reshaped_ = true;
    return true;
  }
  return false;
}

bool Pointer::refresh(xcb_window_t window) {
  moved_ = false;
  const auto where = answer(connection_, xcb_query_pointer_reply, xcb_query_pointer(connection_.raw(), window));
  if (!where) {
    area_ = {};
    return false;
  }
  if (reshaped_ && connection_.has().fixes) fetchShape();
  reshaped_ = false;
  // On another screen of the server it has no place in this window.
  area_ = where->same_screen ? Rect{where->win_x - hotX_, where->win_y - hotY_, width_, height_} : Rect{};
  return true;
}

void Pointer::fetchShape() {
  const auto image = answer(connection_, xcb_xfixes_get_cursor_image_reply, xcb_xfixes_get_cursor_image(connection_.raw()));
  shape_++;
  if (!image || image->width > kMostPixels || image->height > kMostPixels) {
    width_ = height_ = 0;
    pixels_.clear();
    return;
  }
  width_ = image->width;
  height_ = image->height;
  hotX_ = image->xhot;
  hotY_ = image->yhot;
  const uint32_t* words = xcb_xfixes_get_cursor_image_cursor_image(image.get());
  pixels_.assign(words, words + xcb_xfixes_get_cursor_image_cursor_image_length(image.get()));
}

void Pointer::draw(uint8_t* frame, int stride, int width, int first, int end, int originX, int originY) const {
  const Rect place = Rect{area_.x - originX, area_.y - originY, area_.width, area_.height};
  const Rect part = place.intersected({0, first, width, end - first});
  if (part.empty() || pixels_.size() < static_cast<size_t>(width_) * static_cast<size_t>(height_)) return;
  for (int y = part.y; y < part.y + part.height; y++) {
    const uint32_t* from = pixels_.data() + static_cast<size_t>(y - place.y) * static_cast<size_t>(width_) + (part.x - place.x);
    uint8_t* to = frame + static_cast<ptrdiff_t>(y) * stride + part.x * 4;
    for (int x = 0; x < part.width; x++, to += 4) {
      const uint32_t word = from[x];
      const uint32_t rest = 255 - (word >> 24);
      for (int channel = 0; channel < 3; channel++) {
        const uint32_t below = to[channel] * rest + 127;
        const uint32_t sum = (word >> (8 * channel) & 0xff) + below / 255;
        to[channel] = static_cast<uint8_t>(sum > 255 ? 255 : sum);
      }
    }
  }
}

}  // namespace x11
