#include "desktop/desktop-clipboard-object.h"

#include "desktop-clipboard.h"

namespace x11 {

Napi::Function defineDesktopClipboard(Napi::Env env) { return ami::defineDesktopClipboard<DesktopClipboard>(env); }

}  // namespace x11
