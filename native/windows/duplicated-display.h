#pragma once
#include <dxgi1_2.h>

#include <memory>

#include "displays.h"
#include "pointer.h"
#include "screen-source.h"

namespace windows {

/** A display, or a part of it, read by DXGI desktop duplication (Windows 8 on). */
class DuplicatedDisplay : public ScreenSource {
 public:
  /** `area`: of the display's pixels. Null with the system's code if it is denied: another program has it, or the desktop is locked. */
  static std::unique_ptr<DuplicatedDisplay> open(const Display& display, const ami::Rect& area, HRESULT& code);
  Reading read(ami::ChangedRows& rows, bool cursor) override;

 private:
  explicit DuplicatedDisplay(const ami::Rect& area) : area_(area) {}
  void addChanges(const DXGI_OUTDUPL_FRAME_INFO& frame, ami::ChangedRows& rows);
  bool copy(ID3D11Texture2D* frame);

  const ami::Rect area_;
  Com<ID3D11Device> device_;
  Com<ID3D11DeviceContext> context_;
  Com<IDXGIOutputDuplication> duplication_;
  Com<ID3D11Texture2D> readable_;
  Pointer pointer_;
  ami::Rect drawn_;
  bool all_ = true;
  bool cursor_ = false;
  std::vector<uint8_t> metadata_;
  std::vector<ami::RowSpan> spans_;
};

}  // namespace windows
