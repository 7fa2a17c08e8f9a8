// Property keys are defined where this comes first.
#include <initguid.h>

#include "audio-devices.h"

#include <functiondiscoverykeys_devpkey.h>

#include <algorithm>

#include "text.h"

namespace windows {

namespace {

Com<IMMDeviceEnumerator> enumerator() {
  Com<IMMDeviceEnumerator> devices;
  CoCreateInstance(__uuidof(MMDeviceEnumerator), nullptr, CLSCTX_ALL, __uuidof(IMMDeviceEnumerator), devices.outVoid());
  return devices;
}

AudioDevice describe(IMMDevice& device) {
  AudioDevice described;
  LPWSTR id = nullptr;
  if (SUCCEEDED(device.GetId(&id))) {
    described.id = fromWide(id);
    CoTaskMemFree(id);
  }
  Com<IPropertyStore> properties;
  PROPVARIANT name;
  PropVariantInit(&name);
  if (SUCCEEDED(device.OpenPropertyStore(STGM_READ, properties.out())) && SUCCEEDED(properties->GetValue(PKEY_Device_FriendlyName, &name)) &&
      name.vt == VT_LPWSTR) {
    described.name = fromWide(name.pwszVal);
  }
  PropVariantClear(&name);
  return described;
}

}  // namespace

std::vector<AudioDevice> listAudioDevices(EDataFlow flow) {
  std::vector<AudioDevice> list;
  const auto devices = enumerator();
  Com<IMMDeviceCollection> active;
  UINT count = 0;
  if (!devices || FAILED(devices->EnumAudioEndpoints(flow, DEVICE_STATE_ACTIVE, active.out())) || FAILED(active->GetCount(&count))) return list;
  for (UINT index = 0; index < count; index++) {
    Com<IMMDevice> device;
    if (SUCCEEDED(active->Item(index, device.out()))) list.push_back(describe(*device.get()));
  }
  Com<IMMDevice> usual;
  if (SUCCEEDED(devices->GetDefaultAudioEndpoint(flow, eConsole, usual.out()))) {
    const std::string id = describe(*usual.get()).id;
    std::stable_partition(list.begin(), list.end(), [&](const AudioDevice& device) { return device.id == id; });
  }
  return list;
}

Com<IMMDevice> findAudioDevice(EDataFlow flow, const std::string& id, AudioDevice& found) {
  Com<IMMDevice> device;
  const auto devices = enumerator();
  if (!devices) return device;
  const HRESULT code = id == "default" ? devices->GetDefaultAudioEndpoint(flow, eConsole, device.out()) : devices->GetDevice(toWide(id).c_str(), device.out());
  DWORD state = 0;
  if (FAILED(code) || FAILED(device->GetState(&state)) || state != DEVICE_STATE_ACTIVE) {
    device.reset();
    return device;
  }
  found = describe(*device.get());
  return device;
}

}  // namespace windows
