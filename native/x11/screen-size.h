#pragma once
#include "x-connection.h"

namespace x11 {

/**
 * Gives the first output of the server's first screen that size, with a mode made for it: for virtual displays, which have any size.
 * False where the server does not do that; the size is as it was then.
 */
bool setScreenSize(const XConnection& connection, int width, int height);

}  // namespace x11
