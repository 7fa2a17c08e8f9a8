#pragma once
#include <memory>

#include "graphics-capture-abi.h"
#include "screen-source.h"

namespace windows {

/** A window, or a rotated display, read by Windows.Graphics.Capture (Windows 10, 1903 on). */
class CapturedItem : public ScreenSource {
 public:
  /** Null with the system's code if it is denied. */
  static std::unique_ptr<CapturedItem> openWindow(HWND window, HRESULT& code);
  /** `area`: of the display's pixels. */
  static std::unique_ptr<CapturedItem> openDisplay(HMONITOR monitor, const ami::Rect& area, HRESULT& code);
  ~CapturedItem() override;
  Reading read(ami::ChangedRows& rows, bool cursor) override;

 private:
  CapturedItem() = default;
  HRESULT begin(HWND window, HMONITOR monitor);
  HRESULT makePool(SizeInt32 size);
  bool copy(IDirect3D11CaptureFrame& frame);

  /** Null for displays. */
  HWND window_ = nullptr;
  /** Empty for windows: all of them. */
  ami::Rect area_;
  Com<ID3D11Device> device_;
  Com<ID3D11DeviceContext> context_;
  Com<IDirect3DDevice> winrtDevice_;
  Com<IGraphicsCaptureItem> item_;
  Com<IDirect3D11CaptureFramePool> pool_;
  Com<IGraphicsCaptureSession> session_;
  Com<ID3D11Texture2D> readable_;
  SizeInt32 size_{};
  bool cursor_ = true;
};

}  // namespace windows
