#pragma once
#include <string>

#include <napi.h>

namespace x11 {

/**
 * Turns an input device of the server off and on again: what is pressed there is released, and where it is one of the driver inputtest, whoever
 * was connected to it is not any more. False with the reason in `why` where there is no device of that name. Waits for the server.
 */
bool restartInputDevice(const std::string& server, const std::string& name, const char*& why);

/** `restartInputDevice` of JavaScript. */
Napi::Function defineRestartInputDevice(Napi::Env env);

}  // namespace x11
