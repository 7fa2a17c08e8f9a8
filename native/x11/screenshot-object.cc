#include "screenshot-object.h"

#include "desktop/screenshot-object.h"
#include "screenshot.h"

namespace x11 {

Napi::Function defineScreenshot(Napi::Env env) { return ami::defineScreenshot<takeScreenshot>(env); }

}  // namespace x11
