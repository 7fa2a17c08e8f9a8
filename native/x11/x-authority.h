#pragma once
// Cookies that X servers are proven by: Xau(3).
#include <string>

namespace x11 {

/** The cookie (MIT-MAGIC-COOKIE-1) of display `number` of this machine in that file; empty where it has no such. */
std::string readCookie(const std::string& file, int number);

}  // namespace x11
