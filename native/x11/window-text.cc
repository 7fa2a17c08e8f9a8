#include "window-text.h"

namespace x11 {

std::string fromLatin1(const std::string& text) {
  std::string utf8;
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (code < 0x80) {
      utf8 += letter;
    } else {
      utf8 += static_cast<char>(0xc0 | code >> 6);
      utf8 += static_cast<char>(0x80 | (code & 0x3f));
    }
  }
  return utf8;
}

std::string textOf(const Owned<xcb_get_property_reply_t>& reply) {
  if (!reply || reply->format != 8) return {};
  return std::string(static_cast<const char*>(xcb_get_property_value(reply.get())), static_cast<size_t>(xcb_get_property_value_length(reply.get())));
}

/** WM_CLASS is two words that each end in a zero: instance, then class. */
std::string classOf(const std::string& classes) {
  const size_t second = classes.find('\0');
  return fromLatin1(second == std::string::npos ? classes : std::string(classes.c_str() + second + 1));
}

}  // namespace x11
