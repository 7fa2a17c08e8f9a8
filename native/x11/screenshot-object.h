#pragma once
#include <napi.h>

namespace x11 {

/** `screenshot({ server, authority, maxWidth, maxHeight }, done)` in JavaScript: what desktop/worker/desktop-addon.ts describes. */
Napi::Function defineScreenshot(Napi::Env env);

}  // namespace x11
