#include "program-windows.h"

// Before the others of the system.
#include <windows.h>

#include <dwmapi.h>

#include "capture/window-ids.h"
#include "text.h"

namespace windows {

namespace {

constexpr size_t kMostWindows = 1000;

/** The file name of the window's program without its extension; empty if it is unknown. */
std::string programOf(HWND window) {
  DWORD pid = 0;
  GetWindowThreadProcessId(window, &pid);
  const HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
  if (process == nullptr) return {};
  wchar_t path[1024];
  DWORD size = sizeof path / sizeof *path;
  const bool known = QueryFullProcessImageNameW(process, 0, path, &size) != 0;
  CloseHandle(process);
  if (!known) return {};
  std::string name = fromWide(path, static_cast<int>(size));
  name = name.substr(name.find_last_of('\\') + 1);
  return name.substr(0, name.find_last_of('.'));
}

bool isShown(HWND window) {
  if (!IsWindowVisible(window) || GetWindow(window, GW_OWNER) != nullptr) return false;
  if (GetWindowLongPtrW(window, GWL_EXSTYLE) & WS_EX_TOOLWINDOW) return false;
  // Programs of the store that are suspended have windows that nobody sees.
  DWORD cloaked = 0;
  DwmGetWindowAttribute(window, DWMWA_CLOAKED, &cloaked, sizeof cloaked);
  return (cloaked & DWM_CLOAKED_APP) == 0;
}

BOOL CALLBACK addWindow(HWND window, LPARAM list) {
  auto& windows = *reinterpret_cast<std::vector<ami::WindowInfo>*>(list);
  if (!isShown(window)) return TRUE;
  wchar_t title[512];
  const int length = GetWindowTextW(window, title, sizeof title / sizeof *title);
  RECT place{};
  if (length <= 0 || !GetWindowRect(window, &place)) return TRUE;
  ami::WindowInfo info;
  info.handle = reinterpret_cast<uintptr_t>(window);
  info.className = programOf(window);
  info.title = fromWide(title, length);
  info.width = place.right - place.left;
  info.height = place.bottom - place.top;
  info.visible = !IsIconic(window);
  windows.push_back(std::move(info));
  return windows.size() < kMostWindows;
}

}  // namespace

std::vector<ami::WindowInfo> listWindows() {
  std::vector<ami::WindowInfo> windows;
  EnumWindows(addWindow, reinterpret_cast<LPARAM>(&windows));
  ami::nameWindows(windows);
  return windows;
}

ami::ActiveWindow activeWindow() {
  ami::ActiveWindow found;
  const HWND window = GetForegroundWindow();
  if (window == nullptr) return found;
  wchar_t title[512];
  const int length = GetWindowTextW(window, title, sizeof title / sizeof *title);
  found.className = programOf(window);
  if (length > 0) found.title = fromWide(title, length);
  return found;
}

}  // namespace windows
