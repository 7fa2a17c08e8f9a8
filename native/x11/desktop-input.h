#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <napi.h>

#include "key-echo.h"
#include "x-connection.h"

namespace x11 {

/**
 * Keyboard and pointer of a display, through XTest. Keys are named by what they write: where the display's layout has no key for it, a key
 * without a meaning is given that one. For one thread; calls wait for the server where they ask it something.
 */
class DesktopInput {
 public:
  /**
   * Null with the reason in `why`. `madeHere`: nobody has another keyboard there, so keys for volume, mail and so on may be given other meanings
   * for good.
   */
  static std::unique_ptr<DesktopInput> open(const std::string& server, bool madeHere, const char*& why);
  ~DesktopInput();
  DesktopInput(const DesktopInput&) = delete;
  DesktopInput& operator=(const DesktopInput&) = delete;

  /** Presses the key that writes that keysym with the modifiers that are down now. The keycode to release; 0 where there is no key. */
  xcb_keycode_t press(xcb_keysym_t keysym);
  /**
   * Gives neighbouring keys without a meaning those of a text that is pressed next, by one request: programs read the mapping once for all of them.
   * How many of them can be pressed now, from the first on; the others can when programs have had the time to read what was pressed before.
   */
  size_t prepare(const std::vector<xcb_keysym_t>& keysyms);
  void release(xcb_keycode_t keycode);
  void move(int x, int y);
  /** From where the pointer is: what games and 3D programs read. */
  void shift(int x, int y);
  /** Buttons as X numbers them: 1 left, 2 middle, 3 right, 4 to 7 the wheel, 8 and 9 the others. */
  void button(int number, bool down);
  /** Keys and buttons that are down, whoever pressed them, are released. */
  void releaseAll();
  bool broken() const { return connection_->broken(); }

 private:
  /** A key that the layout leaves free, and what it was given: by this process, or by one before it that was killed. */
  struct Spare {
    xcb_keycode_t keycode;
    xcb_keysym_t keysym = 0;
    int64_t usedUs = 0;
    /** What programs answer when they have read it as it was pressed last. */
    uint32_t question = 0;
  };

  DesktopInput(std::unique_ptr<XConnection> connection, bool madeHere)
      : connection_(std::move(connection)), madeHere_(madeHere), echo_(*connection_) {}
  void readEvents();
  void stopRepeating();
  void readKeyboard();
  bool isSpare(xcb_keycode_t keycode, const xcb_keysym_t* keysyms) const;
  void use(Spare& spare, int64_t nowUs);
  void give(Spare& spare, xcb_keysym_t keysym);
  /** First and number of neighbouring keys that can be given other meanings now; none: 0. */
  std::pair<size_t, size_t> freeRun(const xcb_query_keymap_reply_t& keys, int64_t now) const;
  void giveRun(size_t start, const std::vector<xcb_keysym_t>& keysyms, int64_t now);
  void noteGiven(Spare& spare, xcb_keysym_t keysym);
  void giveBack();
  xcb_keycode_t findKey(xcb_keysym_t keysym, uint16_t state) const;
  xcb_keycode_t takeSpare(xcb_keysym_t keysym);
  xcb_keysym_t at(uint32_t keycode, uint32_t column) const;
  void fake(uint8_t type, uint8_t detail, int x = 0, int y = 0);

  const std::unique_ptr<XConnection> connection_;
  const bool madeHere_;
  KeyEcho echo_;
  uint32_t first_ = 8;
  uint32_t columns_ = 0;
  std::vector<xcb_keysym_t> keysyms_;
  bool stale_ = true;
  /** Keys of the display repeated by themselves before. */
  bool repeated_ = false;
  std::vector<Spare> spares_;
  /** Property of the root window that lists the keys that were given a meaning: they stay so when the process is killed. */
  xcb_atom_t givenAtom_ = XCB_NONE;
  std::string given_;
};

/** The class `DesktopInput` of the addon: see desktop/worker/desktop-addon.ts. */
Napi::Function defineDesktopInput(Napi::Env env);

}  // namespace x11
