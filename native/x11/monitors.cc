#include "monitors.h"

#include <xcb/randr.h>

#include <algorithm>

#include "outputs.h"
#include "screen-size.h"

namespace x11 {

namespace {

/** More than anybody is given: what is left of an earlier arrangement is removed. */
constexpr size_t kMostMonitors = 16;
/** 96 dots per inch, as programs expect. */
uint32_t millimetres(int pixels) { return static_cast<uint32_t>(pixels * 254 / 960); }

std::string nameOf(size_t index) { return "ami-" + std::to_string(index + 1); }

void setMonitor(const XConnection& connection, xcb_window_t root, size_t index, const ami::Rect& area, xcb_randr_output_t output) {
  // What the request has as a list is the outputs behind the fixed part.
  struct {
    xcb_randr_monitor_info_t info;
    xcb_randr_output_t output;
  } monitor{};
  monitor.info.name = connection.atom(nameOf(index).c_str());
  monitor.info.primary = index == 0;
  monitor.info.automatic = 0;
  monitor.info.nOutput = output == XCB_NONE ? 0 : 1;
  monitor.info.x = static_cast<int16_t>(area.x);
  monitor.info.y = static_cast<int16_t>(area.y);
  monitor.info.width = static_cast<uint16_t>(area.width);
  monitor.info.height = static_cast<uint16_t>(area.height);
  monitor.info.width_in_millimeters = millimetres(area.width);
  monitor.info.height_in_millimeters = millimetres(area.height);
  monitor.output = output;
  xcb_randr_set_monitor(connection.raw(), root, &monitor.info);
}

}  // namespace

std::vector<MonitorInfo> listMonitors(const XConnection& connection) {
  std::vector<MonitorInfo> monitors;
  if (!connection.has().monitors) return monitors;
  xcb_connection_t* raw = connection.raw();
  const auto reply = answer(connection, xcb_randr_get_monitors_reply, xcb_randr_get_monitors(raw, connection.screen(0)->root, 1));
  if (!reply) return monitors;
  auto all = xcb_randr_get_monitors_monitors_iterator(reply.get());
  for (; all.rem > 0 && monitors.size() < kMostMonitors; xcb_randr_monitor_info_next(&all)) {
    const xcb_randr_monitor_info_t& info = *all.data;
    if (info.width == 0 || info.height == 0) continue;
    const auto name = answer(connection, xcb_get_atom_name_reply, xcb_get_atom_name(raw, info.name));
    MonitorInfo monitor;
    if (name) monitor.name.assign(xcb_get_atom_name_name(name.get()), static_cast<size_t>(xcb_get_atom_name_name_length(name.get())));
    monitor.area = {info.x, info.y, info.width, info.height};
    monitor.primary = info.primary != 0;
    monitors.push_back(std::move(monitor));
  }
  // The server's own order is that of its list, newest last or first: ours is by name.
  std::stable_sort(monitors.begin(), monitors.end(), [](const MonitorInfo& one, const MonitorInfo& other) { return one.name < other.name; });
  return monitors;
}

bool setMonitors(const XConnection& connection, const std::vector<ami::Rect>& areas) {
  if (!connection.has().monitors || areas.empty() || areas.size() > kMostMonitors) return false;
  if (hasOutputsInMemory(connection)) return setOutputs(connection, areas);
  xcb_connection_t* raw = connection.raw();
  const xcb_window_t root = connection.screen(0)->root;
  const auto resources = answer(connection, xcb_randr_get_screen_resources_current_reply, xcb_randr_get_screen_resources_current(raw, root));
  if (!resources || resources->num_outputs == 0) return false;
  int width = 0, height = 0;
  for (const ami::Rect& area : areas) {
    width = std::max(width, area.x + area.width);
    height = std::max(height, area.y + area.height);
  }
  const std::vector<MonitorInfo> before = listMonitors(connection);
  const size_t count = areas.size() == 1 ? 0 : areas.size();
  const auto isAsWanted = [&](const MonitorInfo& monitor) {
    for (size_t index = 0; index < count; index++) {
      if (monitor == MonitorInfo{nameOf(index), areas[index], index == 0}) return true;
    }
    return false;
  };
  if (before.size() == count && std::all_of(before.begin(), before.end(), isAsWanted)) return true;
  // Other programs see all of it at once.
  xcb_grab_server(raw);
  // Servers reject a name that there is.
  for (size_t index = 0; index < kMostMonitors; index++) {
    const auto isThis = [&](const MonitorInfo& monitor) { return monitor.name == nameOf(index); };
    if (std::any_of(before.begin(), before.end(), isThis)) xcb_randr_delete_monitor(raw, root, connection.atom(nameOf(index).c_str()));
  }
  for (size_t index = 0; index < count; index++) {
    setMonitor(connection, root, index, areas[index], index == 0 ? xcb_randr_get_screen_resources_current_outputs(resources.get())[0] : XCB_NONE);
  }
  // Window managers look at monitors when the screen changed: monitors alone are announced to few of them. A size in millimetres is a change.
  const auto now = answer(connection, xcb_get_geometry_reply, xcb_get_geometry(raw, root));
  const bool grows = !now || now->width != width || now->height != height;
  const bool done = setScreenSize(connection, width, height);
  for (int more = grows ? 0 : 1; !grows && more >= 0; more--) {
    xcb_randr_set_screen_size(raw, root, static_cast<uint16_t>(width), static_cast<uint16_t>(height), millimetres(width) + static_cast<uint32_t>(more),
                              millimetres(height));
  }
  xcb_ungrab_server(raw);
  xcb_flush(raw);
  return done && !connection.broken();
}

}  // namespace x11
