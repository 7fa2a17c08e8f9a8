#pragma once
#import <ScreenCaptureKit/ScreenCaptureKit.h>

#include <string>
#include <vector>

#include "capture/device-list.h"

namespace macos {

/** What may be captured now; nil where the user does not allow it. Waits for the system's answer. */
SCShareableContent* shareableContent();

/** A display by the UUID that the system keeps for the monitor, with its size in pixels. */
ami::DisplayInfo describeDisplay(SCDisplay* display);

/** Displays and windows of that content, with ids: displays the main one first. */
std::vector<ami::DisplayInfo> listDisplays(SCShareableContent* content);
std::vector<ami::WindowInfo> listWindows(SCShareableContent* content);

/** The frontmost window of the program in front; its class is the name of the program. */
ami::ActiveWindow activeWindow();

}  // namespace macos
