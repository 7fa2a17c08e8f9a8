#pragma once
#include <mmdeviceapi.h>

#include <string>
#include <vector>

#include "com.h"

namespace windows {

struct SoundDevice {
  /** The system's endpoint id: stays the same when plugged in again. */
  std::string id;
  std::string name;
};

/** Active microphones (`eCapture`) or speakers (`eRender`), the default one first. COM must be initialised. */
std::vector<SoundDevice> listSoundDevices(EDataFlow flow);

/** The device of that id, or the default one for `default`; empty where it is not plugged in. `id`, `name` tell what was found. */
Com<IMMDevice> findSoundDevice(EDataFlow flow, const std::string& id, SoundDevice& found);

}  // namespace windows
