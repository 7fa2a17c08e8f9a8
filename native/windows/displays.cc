#include "displays.h"

#include <algorithm>
#include <cstdio>

#include "text.h"

namespace windows {

namespace {

/** What the monitor at a display device (`\\.\DISPLAY1`) says of itself. */
struct Monitor {
  std::wstring device;
  std::string word;
  std::string name;
  std::string output;
};

std::vector<Monitor> listMonitors() {
  UINT32 pathCount = 0, modeCount = 0;
  if (GetDisplayConfigBufferSizes(QDC_ONLY_ACTIVE_PATHS, &pathCount, &modeCount) != ERROR_SUCCESS) return {};
  std::vector<DISPLAYCONFIG_PATH_INFO> paths(pathCount);
  std::vector<DISPLAYCONFIG_MODE_INFO> modes(modeCount);
  if (QueryDisplayConfig(QDC_ONLY_ACTIVE_PATHS, &pathCount, paths.data(), &modeCount, modes.data(), nullptr) != ERROR_SUCCESS) return {};
  paths.resize(pathCount);
  std::vector<Monitor> monitors;
  for (const DISPLAYCONFIG_PATH_INFO& path : paths) {
    DISPLAYCONFIG_SOURCE_DEVICE_NAME source{};
    source.header = {DISPLAYCONFIG_DEVICE_INFO_GET_SOURCE_NAME, sizeof source, path.sourceInfo.adapterId, path.sourceInfo.id};
    DISPLAYCONFIG_TARGET_DEVICE_NAME target{};
    target.header = {DISPLAYCONFIG_DEVICE_INFO_GET_TARGET_NAME, sizeof target, path.targetInfo.adapterId, path.targetInfo.id};
    if (DisplayConfigGetDeviceInfo(&source.header) != ERROR_SUCCESS || DisplayConfigGetDeviceInfo(&target.header) != ERROR_SUCCESS) continue;
    Monitor monitor;
    monitor.device = source.viewGdiDeviceName;
    monitor.name = fromWide(target.monitorFriendlyDeviceName);
    monitor.output = std::to_string(target.outputTechnology) + "-" + std::to_string(target.connectorInstance);
    if (target.flags.edidIdsValid) {
      // Three letters of five bits, most significant first, in a word whose bytes are swapped.
      const int maker = (target.edidManufactureId & 0xff) << 8 | target.edidManufactureId >> 8;
      for (const int shift : {10, 5, 0}) monitor.word += static_cast<char>('A' - 1 + ((maker >> shift) & 31));
      char product[8];
      snprintf(product, sizeof product, "%04X", target.edidProductCodeId);
      monitor.word += product;
    }
    monitors.push_back(std::move(monitor));
  }
  return monitors;
}

void nameDisplay(Display& display, const wchar_t* device, const std::vector<Monitor>& monitors) {
  const std::string plain = fromWide(device);
  const std::string output = plain.substr(plain.find_last_of('\\') + 1);
  const auto known = std::find_if(monitors.begin(), monitors.end(), [&](const Monitor& monitor) { return monitor.device == device; });
  if (known == monitors.end() || known->word.empty()) {
    display.info.id = "output:" + output;
    display.info.name = output;
    return;
  }
  const bool twin = std::count_if(monitors.begin(), monitors.end(), [&](const Monitor& other) { return other.word == known->word; }) > 1;
  display.info.id = "edid:" + known->word + (twin ? ":" + known->output : "");
  display.info.name = known->name.empty() ? output : known->name + " (" + output + ")";
}

}  // namespace

std::vector<Display> listDisplays() {
  Com<IDXGIFactory1> factory;
  if (FAILED(CreateDXGIFactory1(__uuidof(IDXGIFactory1), factory.outVoid()))) return {};
  const std::vector<Monitor> monitors = listMonitors();
  std::vector<Display> displays;
  Com<IDXGIAdapter1> adapter;
  for (UINT card = 0; factory->EnumAdapters1(card, adapter.out()) == S_OK; card++) {
    Com<IDXGIOutput> output;
    for (UINT plug = 0; adapter->EnumOutputs(plug, output.out()) == S_OK; plug++) {
      DXGI_OUTPUT_DESC about{};
      Display display;
      display.adapter = adapter;
      display.output = output.as<IDXGIOutput1>();
      if (FAILED(output->GetDesc(&about)) || !about.AttachedToDesktop || !display.output) continue;
      const RECT& place = about.DesktopCoordinates;
      display.monitor = about.Monitor;
      display.rotated = about.Rotation > DXGI_MODE_ROTATION_IDENTITY;
      display.info.area = {place.left, place.top, place.right - place.left, place.bottom - place.top};
      // The primary display's corner is the desktop's origin.
      display.info.primary = place.left == 0 && place.top == 0;
      nameDisplay(display, about.DeviceName, monitors);
      displays.push_back(std::move(display));
    }
  }
  std::stable_sort(displays.begin(), displays.end(), [](const Display& a, const Display& b) { return a.info.primary > b.info.primary; });
  return displays;
}

const Display* findDisplay(const std::vector<Display>& displays, const std::string& id) {
  if (displays.empty()) return nullptr;
  if (id.empty()) return &displays.front();
  for (const Display& display : displays) {
    if (display.info.id == id) return &display;
  }
  // The only one of several identical displays that is left, or one that got a duplicate.
  const auto plain = [](const std::string& word) { return word.substr(0, word.find(':', word.find(':') + 1)); };
  for (const Display& display : displays) {
    if (id.rfind("edid:", 0) == 0 && plain(display.info.id) == plain(id)) return &display;
  }
  return nullptr;
}

}  // namespace windows
