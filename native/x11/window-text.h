#pragma once
#include <string>

#include "x-connection.h"

namespace x11 {

/** Longest title or class that is read, in words of four bytes. */
constexpr uint32_t kMostTitleWords = 256;

/** Old properties of windows are in ISO 8859-1. */
std::string fromLatin1(const std::string& text);

/** A property's text; empty where the window does not have it. */
std::string textOf(const Owned<xcb_get_property_reply_t>& reply);

/** The class of WM_CLASS, which is two words that each end in a zero: instance, then class. */
std::string classOf(const std::string& classes);

}  // namespace x11
