#pragma once
#include <mmdeviceapi.h>

#include <string>
#include <vector>

#include "com.h"

namespace windows {

struct AudioDevice {
  /** The system's endpoint id: stays the same when plugged in again. */
  std::string id;
  std::string name;
};

/** Active microphones (`eCapture`) or speakers (`eRender`), the default one first. COM must be initialised. */
std::vector<AudioDevice> listAudioDevices(EDataFlow flow);

/** The device of that id, or the default one for `default`; empty where it is not plugged in. `id`, `name` tell what was found. */
Com<IMMDevice> findAudioDevice(EDataFlow flow, const std::string& id, AudioDevice& found);

}  // namespace windows
