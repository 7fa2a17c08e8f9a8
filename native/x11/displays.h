#pragma once
#include <string>
#include <vector>

#include "capture/device-list.h"
#include "x-connection.h"

namespace x11 {

using ami::DisplayInfo;

/** The displays of a server, the primary one first; behind them each X screen as a whole where it has several. */
std::vector<DisplayInfo> listDisplays(const XConnection& connection);

/** The display of that id (empty: the first), as far as it is there. A monitor is found at any output. Null where it is not. */
const DisplayInfo* findDisplay(const std::vector<DisplayInfo>& displays, const std::string& id);

}  // namespace x11
