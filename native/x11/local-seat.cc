#include "local-seat.h"

#include <xcb/xinput.h>

#include <algorithm>
#include <utility>

namespace x11 {

namespace {

/** A ramp with more steps is no monitor's. */
constexpr size_t kMostSteps = 65'536;
constexpr const char* kXTestMark = "XTEST Device";

bool isZero(const std::vector<uint16_t>& ramp) {
  return std::all_of(ramp.begin(), ramp.end(), [](uint16_t step) { return step == 0; });
}

/** As a monitor shows colours without correction. */
std::vector<uint16_t> straight(size_t steps) {
  std::vector<uint16_t> ramp(steps);
  for (size_t step = 0; step < steps; step++) ramp[step] = static_cast<uint16_t>(steps == 1 ? UINT16_MAX : step * UINT16_MAX / (steps - 1));
  return ramp;
}

void setRamps(const XConnection& connection, xcb_randr_crtc_t crtc, const std::vector<uint16_t>& red, const std::vector<uint16_t>& green,
              const std::vector<uint16_t>& blue) {
  xcb_randr_set_crtc_gamma(connection.raw(), crtc, static_cast<uint16_t>(red.size()), red.data(), green.data(), blue.data());
}

/** The parts of monitors' hardware that show something. */
std::vector<xcb_randr_crtc_t> crtcsInUse(const XConnection& connection) {
  std::vector<xcb_randr_crtc_t> inUse;
  xcb_connection_t* raw = connection.raw();
  const auto resources =
      answer(connection, xcb_randr_get_screen_resources_current_reply, xcb_randr_get_screen_resources_current(raw, connection.screen(0)->root));
  if (!resources) return inUse;
  const xcb_randr_crtc_t* crtcs = xcb_randr_get_screen_resources_current_crtcs(resources.get());
  for (int index = 0; index < xcb_randr_get_screen_resources_current_crtcs_length(resources.get()); index++) {
    const auto info = answer(connection, xcb_randr_get_crtc_info_reply, xcb_randr_get_crtc_info(raw, crtcs[index], resources->config_timestamp));
    if (info && info->mode != XCB_NONE) inUse.push_back(crtcs[index]);
  }
  return inUse;
}

bool isXTest(const XConnection& connection, uint16_t device, xcb_atom_t mark) {
  const auto value = answer(connection, xcb_input_xi_get_property_reply,
                            xcb_input_xi_get_property(connection.raw(), device, 0, mark, XCB_ATOM_ANY, 0, 1));
  return value && value->num_items > 0;
}

}  // namespace

std::unique_ptr<LocalSeat> LocalSeat::open(const std::string& server, const char*& why) {
  Rejection rejection = Rejection::none;
  auto connection = XConnection::open(server, rejection);
  if (!connection) {
    why = wordOf(rejection);
    return nullptr;
  }
  return std::unique_ptr<LocalSeat>(new LocalSeat(std::move(connection)));
}

LocalSeat::~LocalSeat() {
  if (!broken()) apply(false, false);
}

void LocalSeat::apply(bool black, bool blocked) {
  if (broken()) {
    black_ = blocked_ = false;
    return;
  }
  // Programs of Wayland would be typed into and seen all the same: what is done here is for programs of X alone.
  if (connection_->has().xwayland) return;
  // Nothing of what it sends is looked at.
  while (const Owned<xcb_generic_event_t> event{xcb_poll_for_event(connection_->raw())}) continue;
  if (black) black_ = readRamps(true);
  else lighten();
  if (blocked) blocked_ = grabDevices();
  else releaseDevices();
  // An answer says that the server has done it.
  answer(*connection_, xcb_get_input_focus_reply, xcb_get_input_focus(connection_->raw()));
}

bool LocalSeat::readRamps(bool blacken) {
  if (!connection_->has().monitors) return false;
  bool all = true;
  const std::vector<xcb_randr_crtc_t> crtcs = crtcsInUse(*connection_);
  for (const xcb_randr_crtc_t crtc : crtcs) {
    const auto gamma = answer(*connection_, xcb_randr_get_crtc_gamma_reply, xcb_randr_get_crtc_gamma(connection_->raw(), crtc));
    if (!gamma || gamma->size == 0 || gamma->size > kMostSteps) {
      all = false;
      continue;
    }
    const size_t steps = gamma->size;
    const auto ramp = [steps](const uint16_t* from) { return std::vector<uint16_t>(from, from + steps); };
    Ramps now = {ramp(xcb_randr_get_crtc_gamma_red(gamma.get())), ramp(xcb_randr_get_crtc_gamma_green(gamma.get())),
                 ramp(xcb_randr_get_crtc_gamma_blue(gamma.get()))};
    const bool isDark = isZero(now.red) && isZero(now.green) && isZero(now.blue);
    if (isDark && before_.count(crtc) > 0) continue;
    // One that is black already was left so by a process that was killed.
    if (isDark) now = {straight(steps), straight(steps), straight(steps)};
    else if (!blacken) continue;
    // A mode that was set, or a program for the night, has given it other ramps since: they are what comes back.
    before_[crtc] = std::move(now);
    if (!blacken) continue;
    const std::vector<uint16_t> zero(steps, 0);
    setRamps(*connection_, crtc, zero, zero, zero);
  }
  return all && !crtcs.empty();
}

void LocalSeat::lighten() {
  // What a process that was killed left black.
  if (!std::exchange(looked_, true)) readRamps(false);
  for (const auto& [crtc, ramps] : before_) setRamps(*connection_, crtc, ramps.red, ramps.green, ramps.blue);
  before_.clear();
  black_ = false;
}

bool LocalSeat::grabDevices() {
  // Grabs of single devices are the second version's of XInput.
  if (!connection_->has().rawPointer) return false;
  xcb_connection_t* raw = connection_->raw();
  const auto devices = answer(*connection_, xcb_input_xi_query_device_reply, xcb_input_xi_query_device(raw, XCB_INPUT_DEVICE_ALL));
  if (!devices) return false;
  const xcb_atom_t mark = connection_->atom(kXTestMark);
  const xcb_window_t root = connection_->screen(0)->root;
  std::vector<uint16_t> present;
  bool all = true;
  for (auto each = xcb_input_xi_query_device_infos_iterator(devices.get()); each.rem > 0; xcb_input_xi_device_info_next(&each)) {
    const xcb_input_xi_device_info_t& info = *each.data;
    const bool isMaster = info.type == XCB_INPUT_DEVICE_TYPE_MASTER_POINTER || info.type == XCB_INPUT_DEVICE_TYPE_MASTER_KEYBOARD;
    if (isMaster || info.enabled == 0 || isXTest(*connection_, info.deviceid, mark)) continue;
    present.push_back(info.deviceid);
    if (std::find(grabbed_.begin(), grabbed_.end(), info.deviceid) != grabbed_.end()) continue;
    const uint32_t nothing = 0;
    const auto cookie = xcb_input_xi_grab_device(raw, root, XCB_CURRENT_TIME, XCB_NONE, info.deviceid, XCB_INPUT_GRAB_MODE_22_ASYNC,
                                                 XCB_INPUT_GRAB_MODE_22_ASYNC, XCB_INPUT_GRAB_OWNER_NO_OWNER, 1, &nothing);
    const auto reply = answer(*connection_, xcb_input_xi_grab_device_reply, cookie);
    if (reply && reply->status == XCB_GRAB_STATUS_SUCCESS) grabbed_.push_back(info.deviceid);
    else all = false;
  }
  // A number of a device that was pulled out may be another one's.
  const auto isGone = [&](uint16_t device) { return std::find(present.begin(), present.end(), device) == present.end(); };
  grabbed_.erase(std::remove_if(grabbed_.begin(), grabbed_.end(), isGone), grabbed_.end());
  return all && !present.empty();
}

void LocalSeat::releaseDevices() {
  for (const uint16_t device : grabbed_) xcb_input_xi_ungrab_device(connection_->raw(), XCB_CURRENT_TIME, device);
  grabbed_.clear();
  blocked_ = false;
}

}  // namespace x11
