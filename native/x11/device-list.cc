#include "device-list.h"

namespace x11 {

DeviceList listDevices(const std::string& server) {
  DeviceList list;
  Refusal why = Refusal::none;
  const auto connection = XConnection::open(server, why);
  if (!connection) {
    list.refusal = wordOf(why);
    return list;
  }
  list.displays = listDisplays(*connection);
  list.windows = listWindows(*connection);
  return list;
}

}  // namespace x11
