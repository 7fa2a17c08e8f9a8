#include "duplicated-display.h"

#include <algorithm>
#include <cstring>

namespace windows {

Com<ID3D11Texture2D> readableTexture(ID3D11Device* device, int width, int height) {
  D3D11_TEXTURE2D_DESC about{};
  about.Width = static_cast<UINT>(width);
  about.Height = static_cast<UINT>(height);
  about.MipLevels = about.ArraySize = about.SampleDesc.Count = 1;
  about.Format = DXGI_FORMAT_B8G8R8A8_UNORM;
  about.Usage = D3D11_USAGE_STAGING;
  about.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
  Com<ID3D11Texture2D> texture;
  if (FAILED(device->CreateTexture2D(&about, nullptr, texture.out()))) texture.reset();
  return texture;
}

std::unique_ptr<DuplicatedDisplay> DuplicatedDisplay::open(const Display& display, const ami::Rect& area, HRESULT& code) {
  std::unique_ptr<DuplicatedDisplay> source(new DuplicatedDisplay(area));
  const D3D_FEATURE_LEVEL levels[] = {D3D_FEATURE_LEVEL_11_0, D3D_FEATURE_LEVEL_10_0};
  code = D3D11CreateDevice(display.adapter.get(), D3D_DRIVER_TYPE_UNKNOWN, nullptr, D3D11_CREATE_DEVICE_BGRA_SUPPORT, levels, 2, D3D11_SDK_VERSION,
                           source->device_.out(), nullptr, source->context_.out());
  if (FAILED(code)) return nullptr;
  code = display.output->DuplicateOutput(source->device_.get(), source->duplication_.out());
  if (FAILED(code)) return nullptr;
  source->readable_ = readableTexture(source->device_.get(), area.width, area.height);
  if (!source->readable_) {
    code = E_OUTOFMEMORY;
    return nullptr;
  }
  source->resize(area.width, area.height);
  return source;
}

ScreenSource::Reading DuplicatedDisplay::read(ami::ChangedRows& rows, bool cursor) {
  rows.reset(area_.width, area_.height);
  bool moved = cursor != cursor_;
  cursor_ = cursor;
  DXGI_OUTDUPL_FRAME_INFO frame{};
  Com<IDXGIResource> resource;
  const HRESULT code = duplication_->AcquireNextFrame(0, &frame, resource.out());
  if (code == DXGI_ERROR_WAIT_TIMEOUT) {
    if (!moved || all_) return Reading::still;
  } else if (FAILED(code)) {
    return Reading::lost;
  } else {
    moved |= pointer_.update(*duplication_.get(), frame);
    // Without a time of its own a frame reports only the pointer.
    const bool drawn = frame.LastPresentTime.QuadPart != 0;
    if (all_ && drawn) rows.addAll();
    if (drawn) addChanges(frame, rows);
    const Com<ID3D11Texture2D> texture = resource.as<ID3D11Texture2D>();
    const bool copied = !drawn || (texture && copy(texture.get()));
    duplication_->ReleaseFrame();
    if (!copied) return Reading::lost;
    all_ = all_ && !drawn;
    if (all_) return Reading::still;
  }
  if (moved) {
    const ami::Rect area = cursor ? pointer_.area() : ami::Rect{};
    const ami::Rect place = {area.x - area_.x, area.y - area_.y, area.width, area.height};
    rows.add(drawn_);
    rows.add(place);
    drawn_ = place;
  }
  if (rows.empty()) return Reading::still;
  D3D11_MAPPED_SUBRESOURCE mapped{};
  if (FAILED(context_->Map(readable_.get(), 0, D3D11_MAP_READ, 0, &mapped))) return Reading::lost;
  rows.read(spans_);
  for (const ami::RowSpan& span : spans_) {
    for (int row = span.first; row < span.first + span.count; row++) {
      memcpy(frame_.data() + static_cast<ptrdiff_t>(row) * stride(), static_cast<const uint8_t*>(mapped.pData) + static_cast<size_t>(row) * mapped.RowPitch,
             static_cast<size_t>(stride()));
    }
    if (cursor) pointer_.draw(frame_.data(), stride(), width_, span.first, span.first + span.count, area_.x, area_.y);
  }
  context_->Unmap(readable_.get(), 0);
  return Reading::changed;
}

void DuplicatedDisplay::addChanges(const DXGI_OUTDUPL_FRAME_INFO& frame, ami::ChangedRows& rows) {
  if (frame.TotalMetadataBufferSize == 0) return rows.addAll();
  metadata_.resize(frame.TotalMetadataBufferSize);
  const auto add = [&](const RECT& part) {
    rows.add({static_cast<int>(part.left) - area_.x, static_cast<int>(part.top) - area_.y, static_cast<int>(part.right - part.left),
              static_cast<int>(part.bottom - part.top)});
  };
  UINT size = 0;
  auto* moves = reinterpret_cast<DXGI_OUTDUPL_MOVE_RECT*>(metadata_.data());
  if (FAILED(duplication_->GetFrameMoveRects(static_cast<UINT>(metadata_.size()), moves, &size))) return rows.addAll();
  for (UINT index = 0; index < size / sizeof *moves; index++) add(moves[index].DestinationRect);
  auto* dirty = reinterpret_cast<RECT*>(metadata_.data());
  if (FAILED(duplication_->GetFrameDirtyRects(static_cast<UINT>(metadata_.size()), dirty, &size))) return rows.addAll();
  for (UINT index = 0; index < size / sizeof *dirty; index++) add(dirty[index]);
}

/** The part that is captured, as the card has it. */
bool DuplicatedDisplay::copy(ID3D11Texture2D* frame) {
  D3D11_TEXTURE2D_DESC about{};
  frame->GetDesc(&about);
  const auto right = static_cast<UINT>(area_.x + area_.width), bottom = static_cast<UINT>(area_.y + area_.height);
  if (about.Format != DXGI_FORMAT_B8G8R8A8_UNORM || right > about.Width || bottom > about.Height) return false;
  const D3D11_BOX box = {static_cast<UINT>(area_.x), static_cast<UINT>(area_.y), 0, right, bottom, 1};
  context_->CopySubresourceRegion(readable_.get(), 0, 0, 0, 0, frame, 0, &box);
  return true;
}

}  // namespace windows
