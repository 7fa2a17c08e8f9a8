#pragma once
#include <napi.h>

namespace windows {

/** Adds `AudioInput`, `AudioOutput` and `listAudioDevices`: `WasapiAddon` of src-main/media/worker/capture/audio/windows/wasapi-audio.ts. */
void addAudio(Napi::Env env, Napi::Object& exports);

}  // namespace windows
