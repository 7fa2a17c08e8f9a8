#include "x-authority.h"

#include <cstdint>
#include <fstream>
#include <iterator>

namespace x11 {

namespace {

/** A file with more is none of cookies. */
constexpr size_t kMostBytes = 1 << 20;

/** Takes a field (a length of two bytes, most significant first, and as many bytes) off the front. False where it is cut off. */
bool takeField(const std::string& bytes, size_t& at, std::string& field) {
  if (bytes.size() - at < 2) return false;
  const size_t length = static_cast<size_t>(static_cast<uint8_t>(bytes[at])) << 8 | static_cast<uint8_t>(bytes[at + 1]);
  at += 2;
  if (bytes.size() - at < length) return false;
  field = bytes.substr(at, length);
  at += length;
  return true;
}

}  // namespace

std::string readCookie(const std::string& file, int number) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes;
  for (auto each = std::istreambuf_iterator<char>(stream); each != std::istreambuf_iterator<char>() && bytes.size() <= kMostBytes; ++each) {
    bytes.push_back(*each);
  }
  std::string host, display, name, cookie;
  for (size_t at = 0; bytes.size() - at >= 2;) {
    // The family of the host's name: those of this machine alone are asked for.
    at += 2;
    if (!takeField(bytes, at, host) || !takeField(bytes, at, display) || !takeField(bytes, at, name) || !takeField(bytes, at, cookie)) break;
    if (name == "MIT-MAGIC-COOKIE-1" && (display.empty() || display == std::to_string(number))) return cookie;
  }
  return {};
}

}  // namespace x11
