#pragma once
// What clipboards of every system have in common: see desktop/worker/desktop-addon.ts.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ami {

/** Why what another program copied could not be read; words that TypeScript knows. */
enum class ReadFault { none, rejected, tooLarge, timedOut };

inline const char* wordOf(ReadFault fault) {
  switch (fault) {
    case ReadFault::rejected: return "rejected";
    case ReadFault::tooLarge: return "too-large";
    case ReadFault::timedOut: return "timed-out";
    case ReadFault::none: break;
  }
  return "";
}

/** Is called by the clipboard's own thread. */
struct ClipboardListener {
  /** Another program copied, in these formats; none: nothing is copied any more. */
  std::function<void(std::vector<std::string> targets)> copied;
  /** The answer to `read`. */
  std::function<void(uint32_t reading, ReadFault fault, std::string data)> read;
  /** The last one. */
  std::function<void(const char* why)> lost;
};

}  // namespace ami
