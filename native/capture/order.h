#pragma once
#include <cmath>
#include <cstdint>
#include <string>

#include "rect.h"

namespace ami {

/** Which window will do where the one that was asked for is closed: one of its class and title, or any of its class. */
enum class WindowMatch { title, className };

/** What is to be captured, and how. */
struct CaptureOrder {
  enum class Kind { display, window, region };

  /** Of X: as DISPLAY has it; empty for DISPLAY itself. */
  std::string server;
  /** Of X: file with the cookie of that server; empty for that of XAUTHORITY. */
  std::string authority;
  Kind kind = Kind::display;
  /** Id of a display or window. */
  std::string device;
  WindowMatch match = WindowMatch::title;
  /** For regions, in pixels of the display. */
  Rect region;
  bool cursor = true;
  /** Of the program's clock: a frame is due at `originUs` and every `periodUs` from there. */
  double periodUs = 1e6 / 30;
  int64_t originUs = 0;
  /** Nobody looks: ten times a second is enough, so that there is something new to show at once. */
  bool resting = false;

  bool sameTarget(const CaptureOrder& other) const {
    return server == other.server && kind == other.kind && device == other.device && match == other.match && region == other.region;
  }

  /**
   * When to take the next frame: just before a frame of the program is due, by as much as a frame takes and half as much again.
   * `lastUs`: when the last was taken; `tookUs`: how long frames take.
   */
  int64_t beforeFrame(int64_t notBeforeUs, int64_t lastUs, double tookUs) const {
    const double period = resting ? std::max(100'000.0, periodUs) : periodUs;
    const double lead = std::clamp(tookUs * 1.5 + 1000, 1500.0, std::max(1500.0, period / 2));
    // One that was due a moment ago is taken late rather than left out.
    const double earliest = std::max(static_cast<double>(lastUs) + period / 2, static_cast<double>(notBeforeUs) - lead / 2);
    const double frame = std::ceil((earliest + lead - static_cast<double>(originUs)) / period);
    return static_cast<int64_t>(static_cast<double>(originUs) + frame * period - lead);
  }
};

/** How a capture is, in words that TypeScript knows. */
struct CaptureReport {
  enum class State { starting, running, waiting, failed };

  State state = State::starting;
  /** What is wrong; empty where nothing is. */
  std::string reason;
  /** What the reason's sentence needs to know. */
  std::string detail;
  /** What was found. */
  std::string device;
  std::string name;
  int width = 0;
  int height = 0;
  /** A window that is minimised or on another workspace: its last frame stays. */
  bool hidden = false;

  void fail(State how, const char* why, const std::string& what = {}) {
    state = how;
    reason = why;
    detail = what;
  }

  bool operator==(const CaptureReport& other) const {
    return state == other.state && reason == other.reason && detail == other.detail && device == other.device && name == other.name &&
           width == other.width && height == other.height && hidden == other.hidden;
  }
};

struct CaptureStatistics {
  uint64_t frames = 0;
  /** Rows that were read, of all frames. */
  uint64_t rows = 0;
  /** Reading, converting and writing of the last frame, and of the longest so far. */
  int64_t tookUs = 0;
  int64_t longestUs = 0;
  /** Processor time of the capture's thread, where the system tells it. */
  int64_t cpuUs = 0;
  /** For how long the system has been owing an answer; 0 while it owes none. */
  int64_t awaitingUs = 0;
};

}  // namespace ami
