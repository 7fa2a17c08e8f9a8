#pragma once
#include <memory>
#include <mutex>
#include <vector>

#include <napi.h>

#include "capture/wake-event.h"
#include "grabbed-keys.h"

namespace x11 {

/**
 * Hotkeys of an X server on a thread of its own, until its connection is lost: the user of it connects again. The thread keeps this alive:
 * a server that hangs delays only it.
 */
class Hotkeys : public std::enable_shared_from_this<Hotkeys> {
 public:
  struct Listener : HotkeyListener {
    /** `xwayland`: keys are seen while programs of X have the focus alone. */
    std::function<void(bool xwayland)> connected;
    /** The last one. */
    std::function<void(const char* why)> lost;
  };

  Hotkeys(std::string server, Listener listener);
  Hotkeys(const Hotkeys&) = delete;
  Hotkeys& operator=(const Hotkeys&) = delete;

  void begin();
  void set(std::vector<Hotkey> wanted);
  void stop();

 private:
  void run();
  void serve(const XConnection& connection);
  bool takeWanted(std::vector<Hotkey>& wanted);
  bool stopping();

  const std::string server_;
  const Listener listener_;
  const ami::WakeEvent wake_;
  std::mutex mutex_;
  std::vector<Hotkey> wanted_;
  bool changed_ = true;
  bool stopping_ = false;
};

/** The class `Hotkeys` of the addon: `new Hotkeys(server, listener)`, `set(keys)`, `close()`. */
Napi::Function defineHotkeys(Napi::Env env);

}  // namespace x11
