#include "desktop/desktop-input-object.h"

#include "desktop-input.h"

namespace x11 {

Napi::Function defineDesktopInput(Napi::Env env) { return ami::defineDesktopInput<DesktopInput>(env); }

}  // namespace x11
