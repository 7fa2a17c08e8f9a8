#include "protocols.h"

#include <iterator>

namespace wayland {

namespace {

/** Arguments that are no objects of these protocols. */
const wl_interface* plain[8] = {};

const wl_interface* captureTypes[] = {&screencopyFrameInterface, nullptr, &wl_output_interface};
const wl_interface* regionTypes[] = {&screencopyFrameInterface, nullptr, &wl_output_interface, nullptr, nullptr, nullptr, nullptr};
const wl_interface* bufferTypes[] = {&wl_buffer_interface};
const wl_interface* newKeyboardTypes[] = {&wl_seat_interface, &keyboardInterface};
const wl_interface* newPointerTypes[] = {&wl_seat_interface, &pointerInterface};
const wl_interface* newSourceTypes[] = {&clipboardSourceInterface};
const wl_interface* newClipboardTypes[] = {&clipboardInterface, &wl_seat_interface};
const wl_interface* offerTypes[] = {&clipboardOfferInterface};
const wl_interface* newLogicalTypes[] = {&logicalOutputInterface, &wl_output_interface};
const wl_interface* newPointerOnTypes[] = {&wl_seat_interface, &wl_output_interface, &pointerInterface};

const wl_message screencopyManagerRequests[] = {
    {"capture_output", "nio", captureTypes}, {"capture_output_region", "nioiiii", regionTypes}, {"destroy", "", plain}};
const wl_message screencopyFrameRequests[] = {{"copy", "o", bufferTypes}, {"destroy", "", plain}, {"copy_with_damage", "2o", bufferTypes}};
const wl_message screencopyFrameEvents[] = {{"buffer", "uuuu", plain}, {"flags", "u", plain},         {"ready", "uuu", plain},       {"failed", "", plain},
                                            {"damage", "2uuuu", plain}, {"linux_dmabuf", "3uuu", plain}, {"buffer_done", "3", plain}};
const wl_message keyboardManagerRequests[] = {{"create_virtual_keyboard", "on", newKeyboardTypes}};
const wl_message keyboardRequests[] = {{"keymap", "uhu", plain}, {"key", "uuu", plain}, {"modifiers", "uuuu", plain}, {"destroy", "1", plain}};
const wl_message pointerManagerRequests[] = {
    {"create_virtual_pointer", "?on", newPointerTypes}, {"destroy", "", plain}, {"create_virtual_pointer_with_output", "2?o?on", newPointerOnTypes}};
const wl_message pointerRequests[] = {{"motion", "uff", plain},      {"motion_absolute", "uuuuu", plain}, {"button", "uuu", plain},
                                      {"axis", "uuf", plain},        {"frame", "", plain},                {"axis_source", "u", plain},
                                      {"axis_stop", "uu", plain},    {"axis_discrete", "uufi", plain},    {"destroy", "1", plain}};

const wl_message clipboardManagerRequests[] = {
    {"create_data_source", "n", newSourceTypes}, {"get_data_device", "no", newClipboardTypes}, {"destroy", "", plain}};
const wl_message clipboardRequests[] = {{"set_selection", "?o", newSourceTypes}, {"destroy", "", plain}};
const wl_message clipboardEvents[] = {{"data_offer", "n", offerTypes}, {"selection", "?o", offerTypes}, {"finished", "", plain}};
const wl_message clipboardSourceRequests[] = {{"offer", "s", plain}, {"destroy", "", plain}};
const wl_message clipboardSourceEvents[] = {{"send", "sh", plain}, {"cancelled", "", plain}};
const wl_message clipboardOfferRequests[] = {{"receive", "sh", plain}, {"destroy", "", plain}};
const wl_message clipboardOfferEvents[] = {{"offer", "s", plain}};

const wl_message logicalOutputsRequests[] = {{"destroy", "", plain}, {"get_xdg_output", "no", newLogicalTypes}};
const wl_message logicalOutputRequests[] = {{"destroy", "", plain}};
const wl_message logicalOutputEvents[] = {{"logical_position", "ii", plain}, {"logical_size", "ii", plain}, {"done", "", plain}};

template <size_t count>
constexpr int countOf(const wl_message (&)[count]) {
  return static_cast<int>(count);
}

}  // namespace

const wl_interface screencopyManagerInterface = {"zwlr_screencopy_manager_v1", 3, countOf(screencopyManagerRequests), screencopyManagerRequests, 0, nullptr};
const wl_interface screencopyFrameInterface = {
    "zwlr_screencopy_frame_v1", 3, countOf(screencopyFrameRequests), screencopyFrameRequests, countOf(screencopyFrameEvents), screencopyFrameEvents};
const wl_interface keyboardManagerInterface = {"zwp_virtual_keyboard_manager_v1", 1, countOf(keyboardManagerRequests), keyboardManagerRequests, 0, nullptr};
const wl_interface keyboardInterface = {"zwp_virtual_keyboard_v1", 1, countOf(keyboardRequests), keyboardRequests, 0, nullptr};
const wl_interface pointerManagerInterface = {"zwlr_virtual_pointer_manager_v1", 2, countOf(pointerManagerRequests), pointerManagerRequests, 0, nullptr};
const wl_interface pointerInterface = {"zwlr_virtual_pointer_v1", 2, countOf(pointerRequests), pointerRequests, 0, nullptr};
// Its second version has the selection of the middle mouse button, too.
const wl_interface clipboardManagerInterface = {
    "zwlr_data_control_manager_v1", 1, countOf(clipboardManagerRequests), clipboardManagerRequests, 0, nullptr};
const wl_interface clipboardInterface = {
    "zwlr_data_control_device_v1", 1, countOf(clipboardRequests), clipboardRequests, countOf(clipboardEvents), clipboardEvents};
const wl_interface clipboardSourceInterface = {
    "zwlr_data_control_source_v1", 1, countOf(clipboardSourceRequests), clipboardSourceRequests, countOf(clipboardSourceEvents), clipboardSourceEvents};
const wl_interface clipboardOfferInterface = {
    "zwlr_data_control_offer_v1", 1, countOf(clipboardOfferRequests), clipboardOfferRequests, countOf(clipboardOfferEvents), clipboardOfferEvents};

const wl_interface logicalOutputsInterface = {"zxdg_output_manager_v1", 1, countOf(logicalOutputsRequests), logicalOutputsRequests, 0, nullptr};
const wl_interface logicalOutputInterface = {
    "zxdg_output_v1", 1, countOf(logicalOutputRequests), logicalOutputRequests, countOf(logicalOutputEvents), logicalOutputEvents};

}  // namespace wayland
