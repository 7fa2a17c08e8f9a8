#include "screen-size.h"

#include <xcb/randr.h>

#include <algorithm>
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

struct NamedMode {
  xcb_randr_mode_t id;
  int width;
  int height;
  /** It was made for a size. */
  bool made;
};

std::vector<NamedMode> modesOf(const xcb_randr_get_screen_resources_current_reply_t& resources) {
  std::vector<NamedMode> named;
  const xcb_randr_mode_info_t* modes = xcb_randr_get_screen_resources_current_modes(&resources);
  const uint8_t* names = xcb_randr_get_screen_resources_current_names(&resources);
  for (int index = 0; index < xcb_randr_get_screen_resources_current_modes_length(&resources); index++) {
    const std::string name(reinterpret_cast<const char*>(names), modes[index].name_len);
    names += modes[index].name_len;
    named.push_back({modes[index].id, modes[index].width, modes[index].height, name.rfind(kModePrefix, 0) == 0});
  }
  return named;
}

}  // namespace

Owned<xcb_randr_get_screen_resources_current_reply_t> resourcesOf(const XConnection& connection) {
  return answer(connection, xcb_randr_get_screen_resources_current_reply,
                xcb_randr_get_screen_resources_current(connection.raw(), connection.screen(0)->root));
}

xcb_randr_mode_t modeOfSize(const XConnection& connection, xcb_randr_output_t output, int width, int height) {
  const auto resources = resourcesOf(connection);
  if (!resources) return XCB_NONE;
  const auto info = answer(connection, xcb_randr_get_output_info_reply,
                           xcb_randr_get_output_info(connection.raw(), output, resources->config_timestamp));
  if (!info) return XCB_NONE;
  const xcb_randr_mode_t* its = xcb_randr_get_output_info_modes(info.get());
  xcb_randr_mode_t mode = XCB_NONE;
  for (const NamedMode& each : modesOf(*resources)) {
    if (each.width != width || each.height != height) continue;
    if (std::find(its, its + info->num_modes, each.id) != its + info->num_modes) return each.id;
    mode = each.id;
  }
  if (mode == XCB_NONE) {
    const std::string name = kModePrefix + std::to_string(width) + "x" + std::to_string(height);
    mode = makeMode(connection, connection.screen(0)->root, name, width, height);
  }
  if (mode == XCB_NONE || !succeeded(connection, xcb_randr_add_output_mode_checked(connection.raw(), output, mode))) return XCB_NONE;
  return mode;
}

void removeUnusedModes(const XConnection& connection) {
  const auto resources = resourcesOf(connection);
  if (!resources) return;
  xcb_connection_t* raw = connection.raw();
  std::vector<xcb_randr_mode_t> used;
  for (int index = 0; index < resources->num_crtcs; index++) {
    const xcb_randr_crtc_t crtc = xcb_randr_get_screen_resources_current_crtcs(resources.get())[index];
    const auto info = answer(connection, xcb_randr_get_crtc_info_reply, xcb_randr_get_crtc_info(raw, crtc, resources->config_timestamp));
    if (info) used.push_back(info->mode);
  }
  for (const NamedMode& mode : modesOf(*resources)) {
    if (!mode.made || std::find(used.begin(), used.end(), mode.id) != used.end()) continue;
    for (int index = 0; index < resources->num_outputs; index++) {
      xcb_randr_delete_output_mode(raw, xcb_randr_get_screen_resources_current_outputs(resources.get())[index], mode.id);
    }
    xcb_randr_destroy_mode(raw, mode.id);
  }
  xcb_flush(raw);
}

bool resizeScreen(const XConnection& connection, int width, int height) {
  xcb_connection_t* raw = connection.raw();
  const xcb_window_t root = connection.screen(0)->root;
  const auto now = answer(connection, xcb_get_geometry_reply, xcb_get_geometry(raw, root));
  if (now && now->width == width && now->height == height) return true;
  return succeeded(connection,
                   xcb_randr_set_screen_size_checked(raw, root, static_cast<uint16_t>(width), static_cast<uint16_t>(height),
                                                     static_cast<uint32_t>(sizeMm(width)), static_cast<uint32_t>(sizeMm(height))));
}

bool setScreenSize(const XConnection& connection, int width, int height) {
  if (!connection.has().monitors) return false;
  xcb_connection_t* raw = connection.raw();
  const xcb_window_t root = connection.screen(0)->root;
  const auto now = answer(connection, xcb_get_geometry_reply, xcb_get_geometry(raw, root));
  const auto resources = resourcesOf(connection);
  if (!now || !resources || resources->num_outputs == 0 || resources->num_crtcs == 0) return false;
  if (now->width == width && now->height == height) return true;
  const xcb_randr_output_t output = xcb_randr_get_screen_resources_current_outputs(resources.get())[0];
  const xcb_randr_crtc_t crtc = xcb_randr_get_screen_resources_current_crtcs(resources.get())[0];
  const xcb_randr_mode_t mode = modeOfSize(connection, output, width, height);
  if (mode == XCB_NONE) return false;
  // The screen contains its output at every moment: it grows before, and shrinks after it.
  if (!resizeScreen(connection, std::max<int>(width, now->width), std::max<int>(height, now->height))) return false;
  const auto set = answer(connection, xcb_randr_set_crtc_config_reply,
                          xcb_randr_set_crtc_config(raw, crtc, XCB_CURRENT_TIME, resources->config_timestamp, 0, 0, mode, XCB_RANDR_ROTATION_ROTATE_0,
                                                    1, &output));
  if (!set || set->status != XCB_RANDR_SET_CONFIG_SUCCESS) return false;
  resizeScreen(connection, width, height);
  removeUnusedModes(connection);
  return true;
}

}  // namespace x11
