#pragma once
#include <map>
#include <string>
#include <vector>

#include "device-list.h"
#include "order.h"

namespace ami {

/** `%` and `/` of a class are escaped, so that the first `/` of an id ends the class. */
inline std::string escapedClass(const std::string& className) {
  std::string word;
  for (const char letter : className) {
    if (letter == '%') word += "%25";
    else if (letter == '/') word += "%2F";
    else word += letter;
  }
  return word;
}

/** Gives windows their ids: class and title; of several alike the second ends in `#2`. */
inline void nameWindows(std::vector<WindowInfo>& windows) {
  std::map<std::string, int> seen;
  for (WindowInfo& window : windows) {
    window.id = escapedClass(window.className) + "/" + window.title;
    const int same = ++seen[window.id];
    if (same > 1) window.id += "#" + std::to_string(same);
  }
}

/** The window of that id; with `className` any of the same class where that title is not there. Null if no window fits. */
inline const WindowInfo* findWindow(const std::vector<WindowInfo>& windows, const std::string& id, WindowMatch match) {
  if (id.empty()) return nullptr;
  const auto find = [&](const std::string& wanted) -> const WindowInfo* {
    for (const WindowInfo& window : windows) {
      if (window.id == wanted) return &window;
    }
    return nullptr;
  };
  if (const WindowInfo* exact = find(id)) return exact;
  // Of several alike the others are gone: the one that is left will do.
  const size_t mark = id.find_last_of('#');
  if (mark != std::string::npos && id.find_first_not_of("0123456789", mark + 1) == std::string::npos) {
    if (const WindowInfo* first = find(id.substr(0, mark))) return first;
  }
  if (match == WindowMatch::className) {
    const std::string className = id.substr(0, id.find('/'));
    for (const WindowInfo& window : windows) {
      if (!className.empty() && escapedClass(window.className) == className) return &window;
    }
  }
  return nullptr;
}

}  // namespace ami
