#include "captured-item.h"

#include <roapi.h>
#include <winstring.h>

#include <algorithm>
#include <cstring>

namespace windows {

namespace {

constexpr int32_t kFrames = 2;

/** The factory of a runtime class, by one of its interfaces. Looked up when it runs, so that older systems still load the addon. */
template <typename T>
HRESULT factoryOf(const wchar_t* name, const IID& id, Com<T>& factory) {
  const HMODULE library = LoadLibraryW(L"combase.dll");
  if (library == nullptr) return E_NOTIMPL;
  const auto makeString = reinterpret_cast<decltype(&WindowsCreateStringReference)>(reinterpret_cast<void*>(GetProcAddress(library, "WindowsCreateStringReference")));
  const auto getFactory = reinterpret_cast<decltype(&RoGetActivationFactory)>(reinterpret_cast<void*>(GetProcAddress(library, "RoGetActivationFactory")));
  if (makeString == nullptr || getFactory == nullptr) return E_NOTIMPL;
  HSTRING_HEADER header;
  HSTRING text = nullptr;
  const HRESULT code = makeString(name, static_cast<UINT32>(wcslen(name)), &header, &text);
  return FAILED(code) ? code : getFactory(text, id, factory.outVoid());
}

using MakeDevice = HRESULT(WINAPI*)(IDXGIDevice*, IInspectable**);

void closeObject(IInspectable* object) {
  IClosable* closable = nullptr;
  if (object == nullptr || FAILED(object->QueryInterface(kClosable, reinterpret_cast<void**>(&closable)))) return;
  closable->Close();
  closable->Release();
}

}  // namespace

std::unique_ptr<CapturedItem> CapturedItem::openWindow(HWND window, HRESULT& code) {
  std::unique_ptr<CapturedItem> source(new CapturedItem);
  source->window_ = window;
  code = source->begin(window, nullptr);
  return FAILED(code) ? nullptr : std::move(source);
}

std::unique_ptr<CapturedItem> CapturedItem::openDisplay(HMONITOR monitor, const ami::Rect& area, HRESULT& code) {
  std::unique_ptr<CapturedItem> source(new CapturedItem);
  source->area_ = area;
  code = source->begin(nullptr, monitor);
  return FAILED(code) ? nullptr : std::move(source);
}

HRESULT CapturedItem::begin(HWND window, HMONITOR monitor) {
  HRESULT code = D3D11CreateDevice(nullptr, D3D_DRIVER_TYPE_HARDWARE, nullptr, D3D11_CREATE_DEVICE_BGRA_SUPPORT, nullptr, 0, D3D11_SDK_VERSION,
                                   device_.out(), nullptr, context_.out());
  if (FAILED(code)) return code;
  const auto makeDevice =
      reinterpret_cast<MakeDevice>(reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"d3d11.dll"), "CreateDirect3D11DeviceFromDXGIDevice")));
  const Com<IDXGIDevice> dxgi = device_.as<IDXGIDevice>();
  if (makeDevice == nullptr || !dxgi) return E_NOTIMPL;
  Com<IInspectable> device;
  if (FAILED(code = makeDevice(dxgi.get(), device.out()))) return code;
  winrtDevice_ = device.as<IDirect3DDevice>(kDirect3DDevice);

  Com<IGraphicsCaptureItemInterop> items;
  code = factoryOf(L"Windows.Graphics.Capture.GraphicsCaptureItem", kCaptureItemInterop, items);
  if (FAILED(code)) return code;
  code = window != nullptr ? items->CreateForWindow(window, kCaptureItem, item_.outVoid()) : items->CreateForMonitor(monitor, kCaptureItem, item_.outVoid());
  if (FAILED(code)) return code;
  SizeInt32 size{};
  if (FAILED(code = item_->get_Size(&size))) return code;
  return makePool(size);
}

HRESULT CapturedItem::makePool(SizeInt32 size) {
  size_ = {std::max(size.width, 1), std::max(size.height, 1)};
  const ami::Rect area = area_.empty() ? ami::Rect{0, 0, size_.width, size_.height} : area_.intersected({0, 0, size_.width, size_.height});
  if (area.empty()) return E_FAIL;
  resize(area.width, area.height);
  readable_ = readableTexture(device_.get(), area.width, area.height);
  if (!readable_) return E_OUTOFMEMORY;
  if (pool_) return pool_->Recreate(winrtDevice_.get(), kPixelFormatBgra, kFrames, size_);
  Com<IDirect3D11CaptureFramePoolStatics2> pools;
  HRESULT code = factoryOf(L"Windows.Graphics.Capture.Direct3D11CaptureFramePool", kFramePoolStatics2, pools);
  if (FAILED(code) || FAILED(code = pools->CreateFreeThreaded(winrtDevice_.get(), kPixelFormatBgra, kFrames, size_, pool_.out()))) return code;
  if (FAILED(code = pool_->CreateCaptureSession(item_.get(), session_.out()))) return code;
  return session_->StartCapture();
}

CapturedItem::~CapturedItem() {
  closeObject(session_.get());
  closeObject(pool_.get());
}

ScreenSource::Reading CapturedItem::read(ami::ChangedRows& rows, bool cursor) {
  rows.reset(width_, height_);
  if (window_ != nullptr && !IsWindow(window_)) return Reading::lost;
  if (window_ != nullptr && IsIconic(window_)) return Reading::hidden;
  if (cursor != cursor_) {
    cursor_ = cursor;
    // Windows 10 before 2004 always shows it.
    if (const auto session = session_.as<IGraphicsCaptureSession2>(kCaptureSession2)) session->put_IsCursorCaptureEnabled(cursor);
  }
  // Of several that wait the newest counts. They come only when something changed.
  Com<IDirect3D11CaptureFrame> newest;
  for (int turn = 0; turn <= kFrames; turn++) {
    Com<IDirect3D11CaptureFrame> frame;
    if (FAILED(pool_->TryGetNextFrame(frame.out()))) return Reading::lost;
    if (!frame) break;
    closeObject(newest.get());
    newest = frame;
  }
  if (!newest) return Reading::still;
  SizeInt32 size{};
  const bool sized = SUCCEEDED(newest->get_ContentSize(&size));
  const bool resized = sized && (size.width != size_.width || size.height != size_.height);
  const bool copied = sized && !resized && copy(*newest.get());
  closeObject(newest.get());
  if (resized) {
    if (FAILED(makePool(size))) return Reading::lost;
    rows.reset(width_, height_);
    return Reading::still;
  }
  if (!copied) return Reading::lost;
  rows.addAll();
  return Reading::changed;
}

bool CapturedItem::copy(IDirect3D11CaptureFrame& frame) {
  Com<IDirect3DSurface> surface;
  if (FAILED(frame.get_Surface(surface.out()))) return false;
  const auto access = surface.as<IDirect3DDxgiInterfaceAccess>(kDxgiInterfaceAccess);
  Com<ID3D11Texture2D> texture;
  if (!access || FAILED(access->GetInterface(__uuidof(ID3D11Texture2D), texture.outVoid()))) return false;
  const auto left = static_cast<UINT>(area_.empty() ? 0 : area_.x), top = static_cast<UINT>(area_.empty() ? 0 : area_.y);
  const D3D11_BOX box = {left, top, 0, left + static_cast<UINT>(width_), top + static_cast<UINT>(height_), 1};
  context_->CopySubresourceRegion(readable_.get(), 0, 0, 0, 0, texture.get(), 0, &box);
  D3D11_MAPPED_SUBRESOURCE mapped{};
  if (FAILED(context_->Map(readable_.get(), 0, D3D11_MAP_READ, 0, &mapped))) return false;
  for (int row = 0; row < height_; row++) {
    memcpy(frame_.data() + static_cast<ptrdiff_t>(row) * stride(), static_cast<const uint8_t*>(mapped.pData) + static_cast<size_t>(row) * mapped.RowPitch,
           static_cast<size_t>(stride()));
  }
  context_->Unmap(readable_.get(), 0);
  return true;
}

}  // namespace windows
