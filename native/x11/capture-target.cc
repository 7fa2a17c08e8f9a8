#include "capture-target.h"

#include <xcb/composite.h>
#include <xcb/damage.h>
#include <xcb/randr.h>

#include "capture/window-ids.h"
#include "displays.h"
#include "windows.h"

namespace x11 {

using ami::CaptureOrder;
using ami::CaptureReport;

namespace {

std::string sizeText(int width, int height) { return std::to_string(width) + "x" + std::to_string(height); }

}  // namespace

std::unique_ptr<CaptureTarget> CaptureTarget::find(const XConnection& connection, const CaptureOrder& order, CaptureReport& report) {
  return order.kind == CaptureOrder::Kind::window ? findWindow(connection, order, report) : findDisplay(connection, order, report);
}

std::unique_ptr<CaptureTarget> CaptureTarget::findDisplay(const XConnection& connection, const CaptureOrder& order, CaptureReport& report) {
  const std::vector<DisplayInfo> displays = listDisplays(connection);
  const DisplayInfo* display = x11::findDisplay(displays, order.device);
  // Watched first: a display that comes meanwhile is not missed.
  const uint32_t structure = XCB_EVENT_MASK_STRUCTURE_NOTIFY;
  for (int number = 0; number < connection.screenCount(); number++) {
    const xcb_window_t root = connection.screen(number)->root;
    xcb_change_window_attributes(connection.raw(), root, XCB_CW_EVENT_MASK, &structure);
    if (connection.has().monitors) {
      xcb_randr_select_input(connection.raw(), root,
                             XCB_RANDR_NOTIFY_MASK_SCREEN_CHANGE | XCB_RANDR_NOTIFY_MASK_CRTC_CHANGE | XCB_RANDR_NOTIFY_MASK_OUTPUT_CHANGE |
                                 XCB_RANDR_NOTIFY_MASK_OUTPUT_PROPERTY);
    }
  }
  if (display == nullptr) {
    report.fail(CaptureReport::State::waiting, "display-missing", order.device);
    return nullptr;
  }
  const xcb_screen_t& screen = *connection.screen(display->screen);
  std::unique_ptr<CaptureTarget> target(new CaptureTarget(connection));
  target->window_ = screen.root;
  target->area_ = display->area;
  target->format_ = connection.formatOf(screen.root_depth, screen.root_visual);
  report.device = display->id;
  report.name = display->name;
  if (order.kind == CaptureOrder::Kind::region) {
    const Rect wanted = {display->area.x + order.region.x, display->area.y + order.region.y, order.region.width, order.region.height};
    target->area_ = wanted.intersected(display->area);
    report.detail = sizeText(display->area.width, display->area.height);
    if (target->area_.empty()) {
      report.fail(CaptureReport::State::failed, "outside", report.detail);
      return nullptr;
    }
    if (target->area_ != wanted) report.reason = "clipped";
  }
  if (target->format_ == PixelFormat::unsupported) {
    report.fail(CaptureReport::State::failed, "pixel-format", std::to_string(screen.root_depth));
    return nullptr;
  }
  if (report.reason.empty() && connection.has().xwayland) report.reason = "xwayland";
  target->watch();
  return target;
}

std::unique_ptr<CaptureTarget> CaptureTarget::findWindow(const XConnection& connection, const CaptureOrder& order, CaptureReport& report) {
  // While it is searched for, the root windows report new windows and lists that change.
  const uint32_t searching = XCB_EVENT_MASK_STRUCTURE_NOTIFY | XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY | XCB_EVENT_MASK_PROPERTY_CHANGE;
  const uint32_t found = XCB_EVENT_MASK_NO_EVENT;
  const auto select = [&](uint32_t mask) {
    for (int number = 0; number < connection.screenCount(); number++) {
      xcb_change_window_attributes(connection.raw(), connection.screen(number)->root, XCB_CW_EVENT_MASK, &mask);
    }
  };
  const auto fail = [&](CaptureReport::State state, const char* reason, const std::string& detail) {
    report.fail(state, reason, detail);
    return nullptr;
  };
  if (!connection.has().composite) return fail(CaptureReport::State::failed, "no-composite", "");
  if (order.device.empty()) return fail(CaptureReport::State::failed, "no-window", "");
  select(searching);
  const std::vector<WindowInfo> windows = listWindows(connection);
  const WindowInfo* info = ami::findWindow(windows, order.device, order.match);
  if (info == nullptr) return fail(CaptureReport::State::waiting, "window-missing", order.device);

  const auto window = static_cast<xcb_window_t>(info->handle);
  xcb_connection_t* raw = connection.raw();
  std::unique_ptr<CaptureTarget> target(new CaptureTarget(connection));
  target->isWindow_ = true;
  target->window_ = window;
  const uint32_t mask = XCB_EVENT_MASK_STRUCTURE_NOTIFY;
  xcb_change_window_attributes(raw, window, XCB_CW_EVENT_MASK, &mask);
  // Redirected, the window has memory of its own: what covers it is not in it, nor does it have to be on the screen.
  xcb_composite_redirect_window(raw, window, XCB_COMPOSITE_REDIRECT_AUTOMATIC);
  const auto attributes = answer(connection, xcb_get_window_attributes_reply, xcb_get_window_attributes(raw, window));
  const auto geometry = answer(connection, xcb_get_geometry_reply, xcb_get_geometry(raw, window));
  if (!attributes || !geometry) return fail(CaptureReport::State::waiting, "window-missing", order.device);
  target->hidden_ = attributes->map_state != XCB_MAP_STATE_VIEWABLE;
  target->format_ = connection.formatOf(geometry->depth, attributes->visual);
  if (target->format_ == PixelFormat::unsupported) return fail(CaptureReport::State::failed, "pixel-format", std::to_string(geometry->depth));
  report.device = info->id;
  report.name = info->title.empty() ? info->className : info->title;
  target->watch();
  select(found);
  return target;
}

void CaptureTarget::watch() {
  if (!connection_.has().damage) return;
  damage_ = xcb_generate_id(connection_.raw());
  // One event however much is drawn: what it was is asked for when it is read.
  xcb_damage_create(connection_.raw(), damage_, window_, XCB_DAMAGE_REPORT_LEVEL_NON_EMPTY);
  parts_ = xcb_generate_id(connection_.raw());
  xcb_xfixes_create_region(connection_.raw(), parts_, 0, nullptr);
}

CaptureTarget::~CaptureTarget() {
  xcb_connection_t* raw = connection_.raw();
  if (damage_ != XCB_NONE) xcb_damage_destroy(raw, damage_);
  if (parts_ != XCB_NONE) xcb_xfixes_destroy_region(raw, parts_);
  releasePixmap();
  if (!isWindow_) return;
  xcb_composite_unredirect_window(raw, window_, XCB_COMPOSITE_REDIRECT_AUTOMATIC);
  const uint32_t nothing = XCB_EVENT_MASK_NO_EVENT;
  xcb_change_window_attributes(raw, window_, XCB_CW_EVENT_MASK, &nothing);
}

void CaptureTarget::releasePixmap() {
  if (pixmap_ != XCB_NONE) xcb_free_pixmap(connection_.raw(), pixmap_);
  pixmap_ = XCB_NONE;
}

CaptureTarget::Change CaptureTarget::handle(const xcb_generic_event_t& event) {
  const int type = event.response_type & 0x7f;
  if (damage_ != XCB_NONE && type == connection_.has().damageEvent + XCB_DAMAGE_NOTIFY) {
    return reinterpret_cast<const xcb_damage_notify_event_t&>(event).damage == damage_ ? Change::damage : Change::none;
  }
  if (!isWindow_) {
    const int randr = connection_.has().randrEvent;
    const bool displays = connection_.has().monitors && (type == randr + XCB_RANDR_SCREEN_CHANGE_NOTIFY || type == randr + XCB_RANDR_NOTIFY);
    if (displays || type == XCB_CONFIGURE_NOTIFY) return Change::layout;
  } else if (type == XCB_CONFIGURE_NOTIFY) {
    const auto& configured = reinterpret_cast<const xcb_configure_notify_event_t&>(event);
    if (configured.window != window_) return Change::none;
    const bool resized = configured.width != area_.width || configured.height != area_.height || configured.border_width != area_.x;
    if (!resized) return Change::moved;
    pixmapIsOld_ = true;
    return Change::shape;
  } else if (type == XCB_MAP_NOTIFY && reinterpret_cast<const xcb_map_notify_event_t&>(event).window == window_) {
    hidden_ = false;
    pixmapIsOld_ = true;
    return Change::shape;
  } else if (type == XCB_UNMAP_NOTIFY && reinterpret_cast<const xcb_unmap_notify_event_t&>(event).window == window_) {
    hidden_ = true;
    return Change::shape;
  } else if (type == XCB_DESTROY_NOTIFY && reinterpret_cast<const xcb_destroy_notify_event_t&>(event).window == window_) {
    return Change::closed;
  }
  return Change::none;
}

bool CaptureTarget::prepare() {
  if (!isWindow_) return true;
  if (hidden_) return false;
  if (!pixmapIsOld_) return pixmap_ != XCB_NONE;
  releasePixmap();
  const xcb_pixmap_t pixmap = xcb_generate_id(connection_.raw());
  const auto named = xcb_composite_name_window_pixmap_checked(connection_.raw(), window_, pixmap);
  const Owned<xcb_generic_error_t> error(xcb_request_check(connection_.raw(), named));
  if (error) return false;
  pixmap_ = pixmap;
  // The size of this memory, for the window may have another by now.
  const auto size = answer(connection_, xcb_get_geometry_reply, xcb_get_geometry(connection_.raw(), pixmap));
  const auto window = answer(connection_, xcb_get_geometry_reply, xcb_get_geometry(connection_.raw(), window_));
  if (!size || !window) return false;
  const int border = window->border_width;
  area_ = {border, border, size->width - 2 * border, size->height - 2 * border};
  pixmapIsOld_ = false;
  return !area_.empty();
}

void CaptureTarget::takeDamage(ChangedRows& rows) {
  xcb_damage_subtract(connection_.raw(), damage_, XCB_NONE, parts_);
  const auto region = answer(connection_, xcb_xfixes_fetch_region_reply, xcb_xfixes_fetch_region(connection_.raw(), parts_));
  if (!region) return;
  const xcb_rectangle_t* parts = xcb_xfixes_fetch_region_rectangles(region.get());
  const int count = xcb_xfixes_fetch_region_rectangles_length(region.get());
  for (int index = 0; index < count; index++) {
    const xcb_rectangle_t& part = parts[index];
    // A part beside the frame changes none of its rows.
    const Rect inside = Rect{part.x - originX(), part.y - originY(), part.width, part.height}.intersected({0, 0, area_.width, area_.height});
    rows.add(inside);
  }
}

}  // namespace x11
