#include "displays.h"

#include <xcb/randr.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace x11 {

namespace {

/** Text of a descriptor: ends at a line feed, filled up with blanks. */
std::string trimmed(const std::string& text) {
  const std::string line = text.substr(0, text.find('\n'));
  return line.substr(0, line.find_last_not_of(' ') + 1);
}

/** What a monitor says of itself (VESA E-EDID 1.4): maker, product and serial number as one word, and its name. */
struct Identity {
  std::string word;
  std::string name;
};

Identity readEdid(const uint8_t* edid, size_t size) {
  static const uint8_t header[8] = {0, 255, 255, 255, 255, 255, 255, 0};
  if (size < 128 || memcmp(edid, header, sizeof header) != 0) return {};
  Identity identity;
  const int maker = edid[8] << 8 | edid[9];
  for (const int shift : {10, 5, 0}) identity.word += static_cast<char>('A' - 1 + ((maker >> shift) & 31));
  const uint32_t serial = edid[12] | edid[13] << 8 | edid[14] << 16 | static_cast<uint32_t>(edid[15]) << 24;
  char number[32];
  snprintf(number, sizeof number, "%02X%02X-%X", edid[11], edid[10], serial);
  identity.word += number;
  for (int at = 54; at <= 108; at += 18) {
    const uint8_t* descriptor = edid + at;
    if (descriptor[0] != 0 || descriptor[1] != 0) continue;
    const std::string text = trimmed(std::string(reinterpret_cast<const char*>(descriptor + 5), 13));
    if (descriptor[3] == 0xfc) identity.name = text;
    // The serial number in words is the one that differs where the other is left at zero.
    if (descriptor[3] == 0xff && !text.empty()) identity.word += "-" + text;
  }
  return identity;
}

Identity identityOf(const XConnection& connection, xcb_randr_output_t output, xcb_atom_t edid) {
  const auto cookie = xcb_randr_get_output_property(connection.raw(), output, edid, XCB_ATOM_ANY, 0, 128, 0, 0);
  const auto reply = answer(connection, xcb_randr_get_output_property_reply, cookie);
  if (!reply || reply->format != 8) return {};
  return readEdid(xcb_randr_get_output_property_data(reply.get()), static_cast<size_t>(xcb_randr_get_output_property_data_length(reply.get())));
}

std::string atomName(const XConnection& connection, xcb_atom_t atom) {
  const auto reply = answer(connection, xcb_get_atom_name_reply, xcb_get_atom_name(connection.raw(), atom));
  if (!reply) return {};
  return std::string(xcb_get_atom_name_name(reply.get()), static_cast<size_t>(xcb_get_atom_name_name_length(reply.get())));
}

struct Monitor {
  DisplayInfo display;
  std::string output;
  std::string word;
};

/** Ids of displays must differ: identical displays without serial numbers are distinguished by their outputs. */
void nameMonitors(std::vector<Monitor>& monitors) {
  for (Monitor& monitor : monitors) {
    const auto same = [&](const Monitor& other) { return other.word == monitor.word; };
    const bool twin = std::count_if(monitors.begin(), monitors.end(), same) > 1;
    monitor.display.id = monitor.word.empty() ? "output:" + monitor.output : "edid:" + monitor.word + (twin ? ":" + monitor.output : "");
    if (monitor.display.screen > 0) monitor.display.id += "@" + std::to_string(monitor.display.screen);
  }
}

void addMonitors(const XConnection& connection, int number, const xcb_screen_t& screen, std::vector<Monitor>& into) {
  const auto reply = answer(connection, xcb_randr_get_monitors_reply, xcb_randr_get_monitors(connection.raw(), screen.root, 1));
  if (!reply) return;
  const xcb_atom_t edid = connection.atom("EDID");
  auto monitors = xcb_randr_get_monitors_monitors_iterator(reply.get());
  for (; monitors.rem > 0; xcb_randr_monitor_info_next(&monitors)) {
    const xcb_randr_monitor_info_t& info = *monitors.data;
    if (info.width == 0 || info.height == 0) continue;
    Monitor monitor;
    monitor.output = atomName(connection, info.name);
    if (xcb_randr_monitor_info_outputs_length(&info) > 0) {
      const Identity identity = identityOf(connection, xcb_randr_monitor_info_outputs(&info)[0], edid);
      monitor.word = identity.word;
      monitor.display.name = identity.name.empty() ? monitor.output : identity.name + " (" + monitor.output + ")";
    } else {
      monitor.display.name = monitor.output;
    }
    monitor.display.screen = number;
    monitor.display.area = {info.x, info.y, info.width, info.height};
    monitor.display.primary = number == 0 && info.primary;
    into.push_back(std::move(monitor));
  }
}

}  // namespace

std::vector<DisplayInfo> listDisplays(const XConnection& connection) {
  std::vector<Monitor> monitors;
  std::vector<DisplayInfo> wholes;
  for (int number = 0; number < connection.screenCount(); number++) {
    const xcb_screen_t& screen = *connection.screen(number);
    // The size in the connection's setup is that of the start.
    const auto geometry = answer(connection, xcb_get_geometry_reply, xcb_get_geometry(connection.raw(), screen.root));
    if (!geometry) return {};
    DisplayInfo whole;
    whole.id = "screen:" + std::to_string(number);
    whole.name = connection.screenCount() > 1 ? "Screen " + std::to_string(number) : "All displays";
    whole.screen = number;
    whole.area = {0, 0, geometry->width, geometry->height};
    whole.whole = true;
    const size_t before = monitors.size();
    if (connection.has().monitors) addMonitors(connection, number, screen, monitors);
    // The only display of a screen is the screen: it is listed once.
    if (monitors.size() - before != 1) wholes.push_back(whole);
  }
  nameMonitors(monitors);
  std::vector<DisplayInfo> displays;
  for (Monitor& monitor : monitors) displays.push_back(std::move(monitor.display));
  std::stable_sort(displays.begin(), displays.end(), [](const DisplayInfo& a, const DisplayInfo& b) { return a.primary > b.primary; });
  displays.insert(displays.end(), wholes.begin(), wholes.end());
  return displays;
}

const DisplayInfo* findDisplay(const std::vector<DisplayInfo>& displays, const std::string& id) {
  if (displays.empty()) return nullptr;
  if (id.empty()) return &displays.front();
  for (const DisplayInfo& display : displays) {
    if (display.id == id) return &display;
  }
  // The only one of several identical displays that is left, one that got a duplicate, or a screen whose only display is listed.
  const auto plain = [](const std::string& word) { return word.substr(0, word.find(':', word.find(':') + 1)); };
  for (const DisplayInfo& display : displays) {
    if (id.rfind("edid:", 0) == 0 && plain(display.id) == plain(id)) return &display;
    if (id == "screen:" + std::to_string(display.screen)) return &display;
  }
  return nullptr;
}

}  // namespace x11
