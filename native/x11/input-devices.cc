#include "input-devices.h"

#include <xcb/xinput.h>

#include <optional>

#include "x-connection.h"

namespace x11 {

namespace {

std::optional<uint16_t> deviceOfName(const XConnection& connection, const std::string& name) {
  const auto devices = answer(connection, xcb_input_xi_query_device_reply, xcb_input_xi_query_device(connection.raw(), XCB_INPUT_DEVICE_ALL));
  if (!devices) return std::nullopt;
  for (auto each = xcb_input_xi_query_device_infos_iterator(devices.get()); each.rem > 0; xcb_input_xi_device_info_next(&each)) {
    const auto length = static_cast<size_t>(xcb_input_xi_device_info_name_length(each.data));
    if (std::string(xcb_input_xi_device_info_name(each.data), length) == name) return each.data->deviceid;
  }
  return std::nullopt;
}

void setEnabled(const XConnection& connection, uint16_t device, bool enabled) {
  // Padded to the four bytes of a request.
  const uint8_t value[4] = {enabled ? uint8_t{1} : uint8_t{0}};
  xcb_input_xi_change_property(connection.raw(), device, XCB_PROP_MODE_REPLACE, XCB_INPUT_PROPERTY_FORMAT_8_BITS,
                               connection.atom("Device Enabled"), XCB_ATOM_INTEGER, 1, value);
}

}  // namespace

bool restartInputDevice(const std::string& server, const std::string& name, const char*& why) {
  Rejection rejection = Rejection::none;
  const auto connection = XConnection::open(server, rejection);
  if (!connection) {
    why = wordOf(rejection);
    return false;
  }
  // Devices have properties of their own since the second version of XInput.
  const auto device = connection->has().rawPointer ? deviceOfName(*connection, name) : std::nullopt;
  if (!device) {
    why = "no-device";
    return false;
  }
  setEnabled(*connection, *device, false);
  setEnabled(*connection, *device, true);
  // An answer says that the server has done it.
  answer(*connection, xcb_get_input_focus_reply, xcb_get_input_focus(connection->raw()));
  return !connection->broken();
}

}  // namespace x11
