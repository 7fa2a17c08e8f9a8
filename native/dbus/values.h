#pragma once
// D-Bus values as JavaScript has them: numbers, strings, booleans, arrays (also of structures), objects for dictionaries.
#include <dbus/dbus.h>
#include <napi.h>

#include <string>
#include <vector>

namespace ami::dbus {

/**
 * Appends values to a message, one for each complete type of the signature. A variant is written as { signature, value }. Empty, or
 * a sentence about what does not fit.
 */
std::string appendValues(Napi::Env env, DBusMessage* message, const std::string& signature, const Napi::Array& values);

/** True where a message has no more values than a program has use for: each of 64 MB of bytes would become a number of JavaScript. */
bool hasFewValues(DBusMessage* message);

/** The arguments of a message. Variants are what they hold; a file descriptor is a number, the reader's to close, and in `descriptors` too. */
Napi::Array readValues(Napi::Env env, DBusMessage* message, std::vector<int>& descriptors);

}  // namespace ami::dbus
