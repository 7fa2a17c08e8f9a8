#pragma once
#include <vector>

#include "capture/device-list.h"

namespace windows {

/** Windows of programs: those that the task bar would show. Their class is the program's file name. */
std::vector<ami::WindowInfo> listWindows();

/** The one in the foreground; its class is the name of its program. */
ami::ActiveWindow activeWindow();

}  // namespace windows
