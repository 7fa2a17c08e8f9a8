#include "shareable-content.h"

#import <AppKit/AppKit.h>

#include <algorithm>

#include "capture/window-ids.h"

namespace macos {

namespace {

constexpr size_t kMostWindows = 1000;

std::string textOf(NSString* text) { return text == nil ? std::string() : std::string(text.UTF8String); }

std::string uuidOf(CGDirectDisplayID display) {
  const CFUUIDRef uuid = CGDisplayCreateUUIDFromDisplayID(display);
  if (uuid == nullptr) return std::to_string(display);
  NSString* text = CFBridgingRelease(CFUUIDCreateString(nullptr, uuid));
  CFRelease(uuid);
  return textOf(text);
}

std::string nameOf(CGDirectDisplayID display) {
  for (NSScreen* screen in NSScreen.screens) {
    if ([screen.deviceDescription[@"NSScreenNumber"] unsignedIntValue] == display) return textOf(screen.localizedName);
  }
  return "Display";
}

}  // namespace

SCShareableContent* shareableContent() {
  // Asks the user, the first time.
  if (!CGPreflightScreenCaptureAccess()) CGRequestScreenCaptureAccess();
  __block SCShareableContent* content = nil;
  const dispatch_semaphore_t answered = dispatch_semaphore_create(0);
  [SCShareableContent getShareableContentExcludingDesktopWindows:YES
                                             onScreenWindowsOnly:NO
                                               completionHandler:^(SCShareableContent* found, NSError*) {
                                                 content = found;
                                                 dispatch_semaphore_signal(answered);
                                               }];
  dispatch_semaphore_wait(answered, DISPATCH_TIME_FOREVER);
  return content;
}

ami::DisplayInfo describeDisplay(SCDisplay* display) {
  ami::DisplayInfo info;
  info.id = "uuid:" + uuidOf(display.displayID);
  info.name = nameOf(display.displayID);
  // SCDisplay counts points; a display mode knows pixels.
  const CGDisplayModeRef mode = CGDisplayCopyDisplayMode(display.displayID);
  const CGRect place = CGDisplayBounds(display.displayID);
  info.area = {static_cast<int>(place.origin.x), static_cast<int>(place.origin.y),
               static_cast<int>(mode != nullptr ? CGDisplayModeGetPixelWidth(mode) : static_cast<size_t>(display.width)),
               static_cast<int>(mode != nullptr ? CGDisplayModeGetPixelHeight(mode) : static_cast<size_t>(display.height))};
  if (mode != nullptr) CGDisplayModeRelease(mode);
  info.primary = CGDisplayIsMain(display.displayID);
  return info;
}

std::vector<ami::DisplayInfo> listDisplays(SCShareableContent* content) {
  std::vector<ami::DisplayInfo> displays;
  for (SCDisplay* display in content.displays) displays.push_back(describeDisplay(display));
  std::stable_sort(displays.begin(), displays.end(), [](const ami::DisplayInfo& a, const ami::DisplayInfo& b) { return a.primary > b.primary; });
  return displays;
}

std::vector<ami::WindowInfo> listWindows(SCShareableContent* content) {
  std::vector<ami::WindowInfo> windows;
  for (SCWindow* window in content.windows) {
    // Layer 0 is that of windows; menus, the dock and helpers are on others.
    if (window.windowLayer != 0 || window.title.length == 0 || windows.size() == kMostWindows) continue;
    ami::WindowInfo info;
    info.handle = window.windowID;
    info.className = textOf(window.owningApplication.applicationName);
    info.title = textOf(window.title);
    info.width = static_cast<int>(window.frame.size.width);
    info.height = static_cast<int>(window.frame.size.height);
    info.visible = window.onScreen;
    windows.push_back(std::move(info));
  }
  ami::nameWindows(windows);
  return windows;
}

ami::ActiveWindow activeWindow() {
  ami::ActiveWindow found;
  NSRunningApplication* program = NSWorkspace.sharedWorkspace.frontmostApplication;
  if (program == nil) return found;
  found.className = textOf(program.localizedName);
  // Front to back; titles are empty without the permission to record the screen.
  NSArray* windows = CFBridgingRelease(
      CGWindowListCopyWindowInfo(kCGWindowListOptionOnScreenOnly | kCGWindowListExcludeDesktopElements, kCGNullWindowID));
  for (NSDictionary* window in windows) {
    if ([window[(id)kCGWindowOwnerPID] intValue] != program.processIdentifier || [window[(id)kCGWindowLayer] intValue] != 0) continue;
    found.title = textOf(window[(id)kCGWindowName]);
    break;
  }
  return found;
}

}  // namespace macos
