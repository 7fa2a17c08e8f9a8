#pragma once
#include <vector>

#include "monitors.h"
#include "x-connection.h"

namespace x11 {

/** The server is Xorg with the driver dummy, whose outputs are in memory: monitors can be given outputs of their own. */
bool hasOutputsInMemory(const XConnection& connection);

/**
 * Gives each of these monitors an output of its own, the first one being primary, and the server's first screen the size that contains them. What
 * other outputs there are is switched off. False where the server does not do that.
 */
bool setOutputs(const XConnection& connection, const std::vector<ami::Rect>& areas);

}  // namespace x11
