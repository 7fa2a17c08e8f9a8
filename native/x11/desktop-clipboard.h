#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <napi.h>

#include "desktop/clipboard-tasks.h"
#include "desktop/clipboard-types.h"
#include "selection-reads.h"
#include "selection-sends.h"
#include "x-connection.h"

namespace x11 {

/**
 * The clipboard of a display, both ways. Runs on a thread of its own until its connection is lost; the thread keeps this alive: a server that
 * hangs, or a program that does not answer, delays only it.
 */
class DesktopClipboard : public std::enable_shared_from_this<DesktopClipboard> {
 public:
  DesktopClipboard(std::string server, ami::ClipboardListener listener);
  DesktopClipboard(const DesktopClipboard&) = delete;
  DesktopClipboard& operator=(const DesktopClipboard&) = delete;

  void begin();
  void stop();
  /** Reads what another program copied, of at most so many bytes. */
  void read(uint32_t reading, std::string target, size_t maxBytes);
  /** Makes the clipboard ours: programs notice that before a key that is pressed after this. */
  void offer(std::vector<std::string> targets);
  void provide(std::vector<std::string> targets, std::string data);
  void withdraw();

 private:
  void run();
  void serve(const XConnection& connection);
  void readEvents();
  void take(const xcb_generic_event_t& event);
  void readTargets();
  void hand(const std::string& list);
  xcb_atom_t atom(const std::string& name);

  const std::string server_;
  const ami::ClipboardListener listener_;

  ami::ClipboardTasks tasks_;
  /** Where it is connected. These three are used while `tasks_` is locked. */
  xcb_connection_t* raw_ = nullptr;
  xcb_window_t window_ = XCB_NONE;
  xcb_atom_t selection_ = XCB_ATOM_NONE;

  // The thread's alone.
  const XConnection* connection_ = nullptr;
  SelectionReads* reads_ = nullptr;
  SelectionSends* sends_ = nullptr;
  std::map<std::string, xcb_atom_t> atoms_;
  bool readingTargets_ = false;
  /** Somebody copied again meanwhile. */
  bool stale_ = false;
};

/** The class `DesktopClipboard` of the addon: see desktop/worker/desktop-addon.ts. */
Napi::Function defineDesktopClipboard(Napi::Env env);

}  // namespace x11
