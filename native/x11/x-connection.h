#pragma once
#include <xcb/xcb.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace x11 {

struct Freed {
  void operator()(void* memory) const { std::free(memory); }
};
/** What XCB hands out to be freed: replies, events. */
template <typename T>
using Owned = std::unique_ptr<T, Freed>;

/** Why there is no connection; words that TypeScript knows. */
enum class Rejection { none, noServer, refused, badName, noScreen };
const char* wordOf(Rejection rejection);

/** Memory layout of a drawable's pixels. */
enum class PixelFormat { unsupported, bgrx32, bgr30, rgb565 };

/** What of the server's extensions is there; event and opcode numbers are the server's. */
struct Extensions {
  /** Images in shared memory that is passed as a file descriptor (MIT-SHM 1.2). */
  bool sharedMemory = false;
  bool damage = false;
  uint8_t damageEvent = 0;
  bool fixes = false;
  uint8_t fixesEvent = 0;
  bool composite = false;
  /** RandR with monitors (1.5). */
  bool monitors = false;
  uint8_t randrEvent = 0;
  bool rawPointer = false;
  uint8_t inputOpcode = 0;
  /** The server is a guest of a Wayland compositor: it shows X programs alone. */
  bool xwayland = false;
};

/**
 * One connection to an X server, for one thread. XCB, because nothing that goes wrong there ends the process: errors are answers,
 * and a connection whose server died merely says so.
 */
class XConnection {
 public:
  /**
   * `server` as DISPLAY has it, or the path of its socket without links; empty for DISPLAY itself. `authority`: file with its cookie; empty for that of XAUTHORITY. Null with the
   * reason in `why`. Blocks while a server hangs.
   */
  static std::unique_ptr<XConnection> open(const std::string& server, Rejection& why, const std::string& authority = {});
  ~XConnection();
  XConnection(const XConnection&) = delete;
  XConnection& operator=(const XConnection&) = delete;

  xcb_connection_t* raw() const { return connection_; }
  bool broken() const { return xcb_connection_has_error(connection_) != 0; }
  int fd() const { return xcb_get_file_descriptor(connection_); }
  const Extensions& has() const { return extensions_; }
  int screenCount() const;
  const xcb_screen_t* screen(int number) const;
  PixelFormat formatOf(int depth, xcb_visualid_t visual) const;
  /** The atom of that name; created if no program has asked for it yet. */
  xcb_atom_t atom(const char* name) const;
  /** A property's bytes, empty if it is missing or has another type (`XCB_ATOM_ANY` for any). At most 64 KB. */
  std::string property(xcb_window_t window, xcb_atom_t name, xcb_atom_t type) const;

 private:
  explicit XConnection(xcb_connection_t* connection) : connection_(connection) {}
  /** Null with the reason in `why` where there is no connection; `local`: a server that answers and gives none has rejected us. */
  static std::unique_ptr<XConnection> finish(xcb_connection_t* raw, bool local, Rejection& why);
  void queryExtensions();

  xcb_connection_t* const connection_;
  Extensions extensions_;
};

/** The answer to a request; null where it failed, the error being dropped. */
template <typename R, typename Cookie>
Owned<R> answer(const XConnection& connection, R* (*reply)(xcb_connection_t*, Cookie, xcb_generic_error_t**), Cookie cookie) {
  xcb_generic_error_t* error = nullptr;
  Owned<R> got(reply(connection.raw(), cookie, &error));
  std::free(error);
  return got;
}

}  // namespace x11
