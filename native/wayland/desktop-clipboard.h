#pragma once
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connection.h"
#include "desktop/clipboard-tasks.h"
#include "desktop/clipboard-types.h"
#include "pipe-reads.h"
#include "pipe-sends.h"

namespace wayland {

/**
 * The clipboard of a compositor, both ways. Runs on a thread of its own until its connection is lost; the thread keeps this alive: a compositor
 * that hangs, or a program that does not answer, delays only it.
 */
class DesktopClipboard : public std::enable_shared_from_this<DesktopClipboard> {
 public:
  /** `socket`: its full path; empty: as WAYLAND_DISPLAY has it. */
  DesktopClipboard(std::string socket, ami::ClipboardListener listener);
  DesktopClipboard(const DesktopClipboard&) = delete;
  DesktopClipboard& operator=(const DesktopClipboard&) = delete;

  void begin();
  void stop();
  /** Reads what another program copied, of at most so many bytes. */
  void read(uint32_t reading, std::string format, size_t maxBytes);
  /** Makes the clipboard ours: the compositor reads that before a key that is pressed after this. */
  void offer(std::vector<std::string> formats);
  void provide(std::vector<std::string> formats, std::string data);
  void withdraw();

 private:
  /** What we copied: is kept until the compositor says that something else was copied. */
  struct Source {
    DesktopClipboard* clipboard = nullptr;
    wl_proxy* proxy = nullptr;
    /** Null until they come. The thread's alone, like everything here once it is made. */
    std::map<std::string, PipeSends::Data> data;
    bool withdrawn = false;
  };
  /** What somebody copied: another program, or we. */
  struct Offer {
    wl_proxy* proxy = nullptr;
    std::vector<std::string> formats;
    bool ours = false;
  };

  void run();
  void serve(Connection& connection);
  /** Formats of what was copied are reported. ms until that is due; -1 where nothing is. */
  int report();
  void offered(wl_proxy* offer);
  void selected(wl_proxy* offer);
  void asked(Source& source, const char* format, int fd);
  void cancelled(Source& source);
  Source* newest();
  static void drop(Offer& offer);
  /** Makes the clipboard ours, with a new source. While `tasks_` is locked. */
  void claim(std::vector<std::string> formats);

  const std::string socket_;
  const ami::ClipboardListener listener_;
  /** A format that only we offer: the compositor shows us our own copies, too. */
  const std::string mark_;

  ami::ClipboardTasks tasks_;
  /** Where it is connected. This and the next two are used while `tasks_` is locked. */
  const Connection* connection_ = nullptr;
  wl_proxy* clipboard_ = nullptr;
  /** The newest one is the last. */
  std::list<Source> sources_;

  // The thread's alone.
  PipeReads* reads_ = nullptr;
  PipeSends* sends_ = nullptr;
  /** Was announced, and may become what is copied. */
  Offer next_;
  Offer current_;
  bool finished_ = false;
  bool unreported_ = false;
  int64_t reportedUs_ = 0;
};

}  // namespace wayland
