#include "desktop/desktop-view-object.h"

#include "desktop-view.h"

namespace x11 {

Napi::Function defineDesktopView(Napi::Env env) { return ami::defineDesktopView<DesktopView>(env); }

}  // namespace x11
