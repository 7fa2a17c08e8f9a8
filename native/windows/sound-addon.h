#pragma once
#include <napi.h>

namespace windows {

/** Adds `SoundInput`, `SoundOutput` and `listSoundDevices`: `WasapiAddon` of src-main/media/worker/capture/audio/windows/wasapi-audio.ts. */
void addSound(Napi::Env env, Napi::Object& exports);

}  // namespace windows
