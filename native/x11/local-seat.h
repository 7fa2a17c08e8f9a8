#pragma once
#include <xcb/randr.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <napi.h>

#include "x-connection.h"

namespace x11 {

/**
 * What whoever sits at a real screen sees and can do while somebody works there from elsewhere. Monitors are made black by their gamma ramps,
 * which changes nothing of the frame; keyboards and mice are taken by a grab of each device, which the server ends with this process. XTest's
 * own devices stay. For one thread; calls wait for the server.
 */
class LocalSeat {
 public:
  /** Null with the reason in `why`. */
  static std::unique_ptr<LocalSeat> open(const std::string& server, const char*& why);
  ~LocalSeat();
  LocalSeat(const LocalSeat&) = delete;
  LocalSeat& operator=(const LocalSeat&) = delete;

  /** Applies both, also to monitors and devices that have come since: to be called again while one of them is on. */
  void apply(bool black, bool blocked);
  /** Every monitor that is on is black. */
  bool isBlack() const { return black_; }
  /** Every keyboard, mouse and touch screen is taken; false without one. */
  bool isBlocked() const { return blocked_; }
  bool broken() const { return connection_->broken(); }

 private:
  struct Ramps {
    std::vector<uint16_t> red, green, blue;
  };

  explicit LocalSeat(std::unique_ptr<XConnection> connection) : connection_(std::move(connection)) {}
  /** Remembers the ramps of monitors, and makes them black; or remembers what those that are black already are to be. */
  bool readRamps(bool blacken);
  void lighten();
  bool grabDevices();
  void releaseDevices();

  const std::unique_ptr<XConnection> connection_;
  /** Of monitors that were made black: as they were. */
  std::map<xcb_randr_crtc_t, Ramps> before_;
  std::vector<uint16_t> grabbed_;
  /** Whether a process before this one has left a monitor black is known. */
  bool looked_ = false;
  bool black_ = false;
  bool blocked_ = false;
};

/** `LocalSeat` of JavaScript. */
Napi::Function defineLocalSeat(Napi::Env env);

}  // namespace x11
