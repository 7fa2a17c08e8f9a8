#include "screen-size.h"

#include <xcb/randr.h>

#include <string>
#include <vector>

namespace x11 {

namespace {

/** Modes that clients made are called so; those of other sizes are removed again. */
constexpr char kModePrefix[] = "ami-";
/** 96 dots per inch, as programs expect. */
int sizeMm(int pixels) { return pixels * 254 / 960; }

bool succeeded(const XConnection& connection, xcb_void_cookie_t cookie) {
  const Owned<xcb_generic_error_t> error(xcb_request_check(connection.raw(), cookie));
  return !error && !connection.broken();
}

xcb_randr_mode_t makeMode(const XConnection& connection, xcb_window_t root, const std::string& name, int width, int height) {
  xcb_randr_mode_info_t mode{};
  mode.width = static_cast<uint16_t>(width);
  mode.height = static_cast<uint16_t>(height);
  mode.hsync_start = mode.hsync_end = mode.htotal = mode.width;
  mode.vsync_start = mode.vsync_end = mode.vtotal = mode.height;
  mode.dot_clock = static_cast<uint32_t>(width) * static_cast<uint32_t>(height) * 60;
  mode.name_len = static_cast<uint16_t>(name.size());
  const auto made = answer(connection, xcb_randr_create_mode_reply,
                           xcb_randr_create_mode(connection.raw(), root, mode, static_cast<uint32_t>(name.size()), name.data()));
  return made ? made->mode : XCB_NONE;
}

}  // namespace

bool setScreenSize(const XConnection& connection, int width, int height) {
  if (!connection.has().monitors) return false;
  xcb_connection_t* raw = connection.raw();
  const xcb_window_t root = connection.screen(0)->root;
  const auto now = answer(connection, xcb_get_geometry_reply, xcb_get_geometry(raw, root));
  const auto resources = answer(connection, xcb_randr_get_screen_resources_current_reply, xcb_randr_get_screen_resources_current(raw, root));
  if (!now || !resources || resources->num_outputs == 0 || resources->num_crtcs == 0) return false;
  if (now->width == width && now->height == height) return true;
  const xcb_randr_output_t output = xcb_randr_get_screen_resources_current_outputs(resources.get())[0];
  const xcb_randr_crtc_t crtc = xcb_randr_get_screen_resources_current_crtcs(resources.get())[0];

  xcb_randr_mode_t mode = XCB_NONE;
  std::vector<xcb_randr_mode_t> old;
  const xcb_randr_mode_info_t* modes = xcb_randr_get_screen_resources_current_modes(resources.get());
  const uint8_t* names = xcb_randr_get_screen_resources_current_names(resources.get());
  for (int index = 0; index < xcb_randr_get_screen_resources_current_modes_length(resources.get()); index++) {
    const std::string name(reinterpret_cast<const char*>(names), modes[index].name_len);
    names += modes[index].name_len;
    if (modes[index].width == width && modes[index].height == height) mode = modes[index].id;
    else if (name.rfind(kModePrefix, 0) == 0) old.push_back(modes[index].id);
  }
  if (mode == XCB_NONE) {
    mode = makeMode(connection, root, kModePrefix + std::to_string(width) + "x" + std::to_string(height), width, height);
    if (mode == XCB_NONE || !succeeded(connection, xcb_randr_add_output_mode_checked(raw, output, mode))) return false;
  }
  // The screen contains its output at every moment: it grows before, and shrinks after it.
  const auto setScreen = [&](int w, int h) {
    return succeeded(connection,
                     xcb_randr_set_screen_size_checked(raw, root, static_cast<uint16_t>(w), static_cast<uint16_t>(h),
                                                       static_cast<uint32_t>(sizeMm(w)), static_cast<uint32_t>(sizeMm(h))));
  };
  const int largestWidth = std::max<int>(width, now->width);
  const int largestHeight = std::max<int>(height, now->height);
  if ((largestWidth != now->width || largestHeight != now->height) && !setScreen(largestWidth, largestHeight)) return false;
  const auto set = answer(connection, xcb_randr_set_crtc_config_reply,
                          xcb_randr_set_crtc_config(raw, crtc, XCB_CURRENT_TIME, resources->config_timestamp, 0, 0, mode, XCB_RANDR_ROTATION_ROTATE_0,
                                                    1, &output));
  if (!set || set->status != XCB_RANDR_SET_CONFIG_SUCCESS) return false;
  if (largestWidth != width || largestHeight != height) setScreen(width, height);
  for (const xcb_randr_mode_t each : old) {
    xcb_randr_delete_output_mode(raw, output, each);
    xcb_randr_destroy_mode(raw, each);
  }
  xcb_flush(raw);
  return true;
}

}  // namespace x11
