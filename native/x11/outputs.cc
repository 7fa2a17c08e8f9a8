#include "outputs.h"

#include <xcb/randr.h>

#include <algorithm>
#include <string>

#include "screen-size.h"

namespace x11 {

namespace {

constexpr char kDummyPrefix[] = "DUMMY";

bool configure(const XConnection& connection, xcb_randr_crtc_t crtc, xcb_timestamp_t time, const ami::Rect& area, xcb_randr_mode_t mode,
               xcb_randr_output_t output) {
  const auto set = answer(connection, xcb_randr_set_crtc_config_reply,
                          xcb_randr_set_crtc_config(connection.raw(), crtc, XCB_CURRENT_TIME, time, static_cast<int16_t>(area.x),
                                                    static_cast<int16_t>(area.y), mode, XCB_RANDR_ROTATION_ROTATE_0, mode == XCB_NONE ? 0 : 1, &output));
  return set && set->status == XCB_RANDR_SET_CONFIG_SUCCESS;
}

}  // namespace

bool hasOutputsInMemory(const XConnection& connection) {
  if (!connection.has().monitors) return false;
  const auto resources = resourcesOf(connection);
  if (!resources || resources->num_outputs == 0) return false;
  const xcb_randr_output_t first = xcb_randr_get_screen_resources_current_outputs(resources.get())[0];
  const auto info = answer(connection, xcb_randr_get_output_info_reply,
                           xcb_randr_get_output_info(connection.raw(), first, resources->config_timestamp));
  if (!info) return false;
  const std::string name(reinterpret_cast<const char*>(xcb_randr_get_output_info_name(info.get())), info->name_len);
  return name.rfind(kDummyPrefix, 0) == 0;
}

bool setOutputs(const XConnection& connection, const std::vector<ami::Rect>& areas) {
  xcb_connection_t* raw = connection.raw();
  const xcb_window_t root = connection.screen(0)->root;
  auto resources = resourcesOf(connection);
  const auto now = answer(connection, xcb_get_geometry_reply, xcb_get_geometry(raw, root));
  if (!resources || !now || resources->num_outputs < areas.size() || resources->num_crtcs < areas.size()) return false;
  std::vector<xcb_randr_mode_t> modes;
  for (size_t index = 0; index < areas.size(); index++) {
    const xcb_randr_output_t output = xcb_randr_get_screen_resources_current_outputs(resources.get())[index];
    modes.push_back(modeOfSize(connection, output, areas[index].width, areas[index].height));
    if (modes.back() == XCB_NONE) return false;
  }
  // Making a mode changes it.
  resources = resourcesOf(connection);
  if (!resources || resources->num_outputs < areas.size() || resources->num_crtcs < areas.size()) return false;
  const xcb_randr_output_t* outputs = xcb_randr_get_screen_resources_current_outputs(resources.get());
  const xcb_randr_crtc_t* crtcs = xcb_randr_get_screen_resources_current_crtcs(resources.get());
  int width = 0, height = 0;
  for (const ami::Rect& area : areas) {
    width = std::max(width, area.x + area.width);
    height = std::max(height, area.y + area.height);
  }
  // Other programs see all of it at once.
  xcb_grab_server(raw);
  // The screen contains its outputs at every moment: it grows before, and shrinks after them.
  bool done = resizeScreen(connection, std::max<int>(width, now->width), std::max<int>(height, now->height));
  for (size_t index = areas.size(); index < resources->num_crtcs; index++) {
    configure(connection, crtcs[index], resources->config_timestamp, {}, XCB_NONE, XCB_NONE);
  }
  for (size_t index = 0; done && index < areas.size(); index++) {
    done = configure(connection, crtcs[index], resources->config_timestamp, areas[index], modes[index], outputs[index]);
  }
  if (done) {
    xcb_randr_set_output_primary(raw, root, outputs[0]);
    done = resizeScreen(connection, width, height);
  }
  xcb_ungrab_server(raw);
  xcb_flush(raw);
  removeUnusedModes(connection);
  return done && !connection.broken();
}

}  // namespace x11
