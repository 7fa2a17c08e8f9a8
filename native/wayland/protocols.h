#pragma once
// The requests of Wayland's extensions for capture, input and clipboard, of compositors like sway, which libwayland does not have: wlr-screencopy-unstable-v1,
// wlr-virtual-pointer-unstable-v1, virtual-keyboard-unstable-v1, wlr-data-control-unstable-v1 and xdg-output-unstable-v1. Numbers are those of their requests and events, in the protocols' order.
#include <wayland-client.h>

namespace wayland {

extern const wl_interface screencopyManagerInterface;
extern const wl_interface screencopyFrameInterface;
extern const wl_interface keyboardManagerInterface;
extern const wl_interface keyboardInterface;
extern const wl_interface pointerManagerInterface;
extern const wl_interface pointerInterface;
extern const wl_interface clipboardManagerInterface;
extern const wl_interface clipboardInterface;
extern const wl_interface clipboardSourceInterface;
extern const wl_interface clipboardOfferInterface;
extern const wl_interface logicalOutputsInterface;
extern const wl_interface logicalOutputInterface;

namespace screencopy {
/** Requests of the manager. */
inline constexpr uint32_t kCaptureOutput = 0;
/** Requests of a frame. */
inline constexpr uint32_t kCopy = 0;
inline constexpr uint32_t kDestroy = 1;
inline constexpr uint32_t kCopyWithDamage = 2;
/** Bit of the event `flags`: rows are from the bottom up. */
inline constexpr uint32_t kUpsideDown = 1;
}  // namespace screencopy

namespace keyboard {
inline constexpr uint32_t kCreate = 0;
inline constexpr uint32_t kKeymap = 0;
inline constexpr uint32_t kKey = 1;
inline constexpr uint32_t kModifiers = 2;
inline constexpr uint32_t kDestroy = 3;
}  // namespace keyboard

namespace pointer {
inline constexpr uint32_t kCreate = 0;
/** From the second version of its manager on. */
inline constexpr uint32_t kCreateOnOutput = 2;
inline constexpr uint32_t kMotion = 0;
inline constexpr uint32_t kMotionAbsolute = 1;
inline constexpr uint32_t kButton = 2;
inline constexpr uint32_t kFrame = 4;
inline constexpr uint32_t kAxisSource = 5;
inline constexpr uint32_t kAxisDiscrete = 7;
inline constexpr uint32_t kDestroy = 8;
}  // namespace pointer

namespace logicalOutput {
/** Request of the manager. */
inline constexpr uint32_t kGet = 1;
}  // namespace logicalOutput

namespace clipboard {
/** Requests of the manager. */
inline constexpr uint32_t kCreateSource = 0;
inline constexpr uint32_t kGetClipboard = 1;
/** Requests of a clipboard. */
inline constexpr uint32_t kSetSelection = 0;
inline constexpr uint32_t kDestroy = 1;
/** Requests of a source: what we copy. */
inline constexpr uint32_t kOfferFormat = 0;
inline constexpr uint32_t kDestroySource = 1;
/** Requests of an offer: what somebody else copied. */
inline constexpr uint32_t kReceive = 0;
inline constexpr uint32_t kDestroyOffer = 1;
}  // namespace clipboard

}  // namespace wayland
