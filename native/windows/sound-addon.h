#pragma once
#include <napi.h>

namespace windows {

/** Adds `SoundInput`, `SoundOutput` and `listSoundDevices`: `WasapiAddon` of sound-devices/windows/wasapi-sound.ts. */
void addSound(Napi::Env env, Napi::Object& exports);

}  // namespace windows
