#include "x-connection.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xcb/composite.h>
#include <xcb/damage.h>
#include <xcb/randr.h>
#include <xcb/shm.h>
#include <xcb/xfixes.h>
#include <xcb/xinput.h>

#include <climits>
#include <cstddef>
#include <cstdio>
#include <cstring>

#include "x-authority.h"

namespace x11 {

namespace {

/** Whether a server of this machine listens at that number: one that does and gives no connection has rejected us. */
bool listens(int number) {
  for (const bool abstract : {true, false}) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const int length = snprintf(address.sun_path + abstract, sizeof address.sun_path - 1, "/tmp/.X11-unix/X%d", number);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return false;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + static_cast<size_t>(abstract + length));
    const bool connected = connect(fd, reinterpret_cast<sockaddr*>(&address), size) == 0;
    close(fd);
    if (connected) return true;
  }
  return false;
}

/**
 * A connection to a socket at a path of its own, which XCB looks for nowhere: of a server in a container, for example. -1 without one, and
 * where the path has a link: whoever may write there could lead it to another server.
 */
int connectTo(const std::string& path) {
  const int found = open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (found < 0) return -1;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", found);
  char real[PATH_MAX];
  const ssize_t length = readlink(address.sun_path, real, sizeof real);
  const bool isReal = length >= 0 && path == std::string(real, static_cast<size_t>(length));
  const int fd = isReal ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
  // To what was looked at, whatever is at the path by now.
  const bool connected = fd >= 0 && connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(found);
  if (connected) return fd;
  if (fd >= 0) close(fd);
  return -1;
}

std::string textOf(const char* text) { return text == nullptr ? std::string() : std::string(text); }

}  // namespace

const char* wordOf(Rejection rejection) {
  switch (rejection) {
    case Rejection::noServer: return "no-server";
    case Rejection::refused: return "refused";
    case Rejection::badName: return "bad-name";
    case Rejection::noScreen: return "no-screen";
    case Rejection::none: break;
  }
  return "";
}

std::unique_ptr<XConnection> XConnection::open(const std::string& server, Rejection& why, const std::string& authority) {
  char scheme[] = "MIT-MAGIC-COOKIE-1";
  const std::string shown = server.empty() ? textOf(getenv("DISPLAY")) : server;
  if (!shown.empty() && shown.front() == '/') {
    std::string cookie = readCookie(authority.empty() ? textOf(getenv("XAUTHORITY")) : authority, 0);
    xcb_auth_info_t proof = {sizeof scheme - 1, scheme, static_cast<int>(cookie.size()), cookie.data()};
    const int fd = connectTo(shown);
    if (fd < 0) {
      why = Rejection::noServer;
      return nullptr;
    }
    // Closes the descriptor, also where it fails.
    return finish(xcb_connect_to_fd(fd, cookie.empty() ? nullptr : &proof), true, why);
  }
  const char* name = server.empty() ? nullptr : server.c_str();
  char* machine = nullptr;
  int number = 0;
  int preferred = 0;
  if (!xcb_parse_display(name, &machine, &number, &preferred)) {
    why = server.empty() ? Rejection::noServer : Rejection::badName;
    return nullptr;
  }
  const Owned<char> machineName(machine);
  const bool local = machineName == nullptr || *machineName == '\0';
  // XCB itself prints a line for every rejection: a server that is not there is not asked.
  if (local && !listens(number)) {
    why = Rejection::noServer;
    return nullptr;
  }
  std::string cookie = authority.empty() ? std::string() : readCookie(authority, number);
  xcb_auth_info_t proof = {sizeof scheme - 1, scheme, static_cast<int>(cookie.size()), cookie.data()};
  return finish(cookie.empty() ? xcb_connect(name, nullptr) : xcb_connect_to_display_with_auth_info(name, &proof, nullptr), local, why);
}

std::unique_ptr<XConnection> XConnection::finish(xcb_connection_t* raw, bool local, Rejection& why) {
  const int error = xcb_connection_has_error(raw);
  if (error != 0) {
    xcb_disconnect(raw);
    why = error == XCB_CONN_CLOSED_INVALID_SCREEN ? Rejection::noScreen : local ? Rejection::refused : Rejection::noServer;
    return nullptr;
  }
  std::unique_ptr<XConnection> connection(new XConnection(raw));
  connection->queryExtensions();
  why = Rejection::none;
  return connection;
}

XConnection::~XConnection() { xcb_disconnect(connection_); }

void XConnection::queryExtensions() {
  for (xcb_extension_t* extension : {&xcb_shm_id, &xcb_damage_id, &xcb_xfixes_id, &xcb_composite_id, &xcb_randr_id, &xcb_input_id}) {
    xcb_prefetch_extension_data(connection_, extension);
  }
  const auto waylandCookie = xcb_query_extension(connection_, 8, "XWAYLAND");
  const auto present = [this](xcb_extension_t* extension) {
    const xcb_query_extension_reply_t* data = xcb_get_extension_data(connection_, extension);
    return data != nullptr && data->present ? data : nullptr;
  };
  if (present(&xcb_shm_id)) {
    const auto version = answer(*this, xcb_shm_query_version_reply, xcb_shm_query_version(connection_));
    extensions_.sharedMemory = version && (version->major_version > 1 || version->minor_version >= 2);
  }
  if (const auto* data = present(&xcb_xfixes_id)) {
    extensions_.fixesEvent = data->first_event;
    extensions_.fixes = answer(*this, xcb_xfixes_query_version_reply, xcb_xfixes_query_version(connection_, 5, 0)) != nullptr;
  }
  // Damaged parts are reported as regions of XFixes.
  if (const auto* data = extensions_.fixes ? present(&xcb_damage_id) : nullptr) {
    extensions_.damageEvent = data->first_event;
    extensions_.damage = answer(*this, xcb_damage_query_version_reply, xcb_damage_query_version(connection_, 1, 1)) != nullptr;
  }
  if (present(&xcb_composite_id)) {
    const auto version = answer(*this, xcb_composite_query_version_reply, xcb_composite_query_version(connection_, 0, 4));
    extensions_.composite = version && (version->major_version > 0 || version->minor_version >= 2);
  }
  if (const auto* data = present(&xcb_randr_id)) {
    extensions_.randrEvent = data->first_event;
    const auto version = answer(*this, xcb_randr_query_version_reply, xcb_randr_query_version(connection_, 1, 5));
    extensions_.monitors = version && (version->major_version > 1 || version->minor_version >= 5);
  }
  if (const auto* data = present(&xcb_input_id)) {
    extensions_.inputOpcode = data->major_opcode;
    const auto version = answer(*this, xcb_input_xi_query_version_reply, xcb_input_xi_query_version(connection_, 2, 1));
    extensions_.rawPointer = version && version->major_version >= 2;
  }
  const auto wayland = answer(*this, xcb_query_extension_reply, waylandCookie);
  extensions_.xwayland = wayland && wayland->present;
}

int XConnection::screenCount() const { return xcb_setup_roots_length(xcb_get_setup(connection_)); }

const xcb_screen_t* XConnection::screen(int number) const {
  xcb_screen_iterator_t screens = xcb_setup_roots_iterator(xcb_get_setup(connection_));
  for (; screens.rem > 0; xcb_screen_next(&screens)) {
    if (number-- == 0) return screens.data;
  }
  return nullptr;
}

PixelFormat XConnection::formatOf(int depth, xcb_visualid_t visual) const {
  const xcb_setup_t* setup = xcb_get_setup(connection_);
  if (setup->image_byte_order != XCB_IMAGE_ORDER_LSB_FIRST) return PixelFormat::unsupported;
  int bits = 0;
  for (auto formats = xcb_setup_pixmap_formats_iterator(setup); formats.rem > 0; xcb_format_next(&formats)) {
    if (formats.data->depth == depth) bits = formats.data->bits_per_pixel;
  }
  for (int number = 0; number < screenCount(); number++) {
    auto depths = xcb_screen_allowed_depths_iterator(screen(number));
    for (; depths.rem > 0; xcb_depth_next(&depths)) {
      auto visuals = xcb_depth_visuals_iterator(depths.data);
      for (; visuals.rem > 0; xcb_visualtype_next(&visuals)) {
        const xcb_visualtype_t& type = *visuals.data;
        if (type.visual_id != visual) continue;
        if (bits == 32 && type.red_mask == 0xff0000 && type.green_mask == 0xff00 && type.blue_mask == 0xff) return PixelFormat::bgrx32;
        if (bits == 32 && type.red_mask == 0x3ff00000 && type.green_mask == 0xffc00 && type.blue_mask == 0x3ff) return PixelFormat::bgr30;
        if (bits == 16 && type.red_mask == 0xf800 && type.green_mask == 0x7e0 && type.blue_mask == 0x1f) return PixelFormat::rgb565;
        return PixelFormat::unsupported;
      }
    }
  }
  return PixelFormat::unsupported;
}

xcb_atom_t XConnection::atom(const char* name) const {
  const auto cookie = xcb_intern_atom(connection_, 0, static_cast<uint16_t>(strlen(name)), name);
  const auto reply = answer(*this, xcb_intern_atom_reply, cookie);
  return reply ? reply->atom : static_cast<xcb_atom_t>(XCB_ATOM_NONE);
}

std::string XConnection::property(xcb_window_t window, xcb_atom_t name, xcb_atom_t type) const {
  const auto reply = answer(*this, xcb_get_property_reply, xcb_get_property(connection_, 0, window, name, type, 0, 16 * 1024));
  if (!reply) return {};
  return std::string(static_cast<const char*>(xcb_get_property_value(reply.get())), static_cast<size_t>(xcb_get_property_value_length(reply.get())));
}

}  // namespace x11
