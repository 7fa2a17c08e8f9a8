#pragma once
#include <xcb/randr.h>

#include "x-connection.h"

namespace x11 {

/**
 * Gives the first output of the server's first screen that size, with a mode made for it: for virtual displays, which have any size.
 * False where the server does not do that; the size is as it was then.
 */
bool setScreenSize(const XConnection& connection, int width, int height);

/** The outputs, CRTCs and modes of the server's first screen; null where it has no RandR. */
Owned<xcb_randr_get_screen_resources_current_reply_t> resourcesOf(const XConnection& connection);

/** A mode of that size which the output has, or is given; XCB_NONE where the server makes none. */
xcb_randr_mode_t modeOfSize(const XConnection& connection, xcb_randr_output_t output, int width, int height);

/** Deletes the modes that were made for sizes which no output has any more. */
void removeUnusedModes(const XConnection& connection);

/** The size of the first screen, which contains its outputs. True where it has it, also before. */
bool resizeScreen(const XConnection& connection, int width, int height);

}  // namespace x11
