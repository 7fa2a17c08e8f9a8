#pragma once
#include <vector>

#include "desktop/desktop-view-types.h"
#include "x-connection.h"

namespace x11 {

using ami::MonitorInfo;

/** Of the server's first screen; empty where the server has no RandR 1.5. */
std::vector<MonitorInfo> listMonitors(const XConnection& connection);

/**
 * Splits the server's first screen into these monitors, the first one being primary, and gives it the size that contains them: for virtual
 * displays. One: the whole screen is the monitor again. False where the server does not do that.
 */
bool setMonitors(const XConnection& connection, const std::vector<ami::Rect>& areas);

}  // namespace x11
