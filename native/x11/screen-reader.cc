#include "screen-reader.h"

#include <libyuv.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xcb/shm.h>

#include <cstring>

namespace x11 {

ScreenReader::~ScreenReader() { release(); }

void ScreenReader::release() {
  if (segment_ != XCB_NONE) {
    xcb_shm_detach(connection_.raw(), segment_);
    munmap(raw_, rawSize_);
    segment_ = XCB_NONE;
  }
  own_ = {};
  raw_ = nullptr;
}

bool ScreenReader::resize(int width, int height, PixelFormat format) {
  if (raw_ != nullptr && width == width_ && height == height_ && format == format_) return true;
  release();
  width_ = width;
  height_ = height;
  format_ = format;
  // Rows are padded to 32 bits, which is what all servers do.
  rawStride_ = format == PixelFormat::rgb565 ? (static_cast<size_t>(width) * 2 + 3) & ~size_t{3} : static_cast<size_t>(width) * 4;
  rawSize_ = rawStride_ * static_cast<size_t>(height);
  if (!connection_.has().sharedMemory || !share(rawSize_)) {
    own_.resize(rawSize_);
    raw_ = own_.data();
  }
  converted_ = {};
  if (format != PixelFormat::bgrx32) converted_.resize(static_cast<size_t>(width) * 4 * static_cast<size_t>(height));
  return true;
}

/** The memory has no name and ends with its last holder: nothing is left behind when a process dies. */
bool ScreenReader::share(size_t size) {
  const int fd = memfd_create("ami-screen", MFD_CLOEXEC);
  if (fd < 0) return false;
  if (ftruncate(fd, static_cast<off_t>(size)) != 0) {
    close(fd);
    return false;
  }
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) {
    close(fd);
    return false;
  }
  const uint32_t segment = xcb_generate_id(connection_.raw());
  // Closes the descriptor. A server on another machine cannot take it, and says so.
  const auto cookie = xcb_shm_attach_fd_checked(connection_.raw(), segment, fd, 0);
  const Owned<xcb_generic_error_t> error(xcb_request_check(connection_.raw(), cookie));
  if (error || connection_.broken()) {
    munmap(memory, size);
    return false;
  }
  raw_ = static_cast<uint8_t*>(memory);
  segment_ = segment;
  return true;
}

bool ScreenReader::read(xcb_drawable_t drawable, const Rect& area, const std::vector<ami::RowSpan>& spans) {
  const bool done = segment_ != XCB_NONE ? readShared(drawable, area, spans) : readOver(drawable, area, spans);
  if (done && format_ != PixelFormat::bgrx32) {
    for (const ami::RowSpan& span : spans) convert(span);
  }
  return done;
}

bool ScreenReader::readShared(xcb_drawable_t drawable, const Rect& area, const std::vector<ami::RowSpan>& spans) {
  asked_.clear();
  for (const ami::RowSpan& span : spans) {
    const auto cookie = xcb_shm_get_image(connection_.raw(), drawable, static_cast<int16_t>(area.x), static_cast<int16_t>(area.y + span.first),
                                          static_cast<uint16_t>(width_), static_cast<uint16_t>(span.count), ~0u, XCB_IMAGE_FORMAT_Z_PIXMAP, segment_,
                                          static_cast<uint32_t>(static_cast<size_t>(span.first) * rawStride_));
    asked_.push_back(cookie.sequence);
  }
  bool done = true;
  for (const uint32_t sequence : asked_) {
    const auto reply = answer(connection_, xcb_shm_get_image_reply, xcb_shm_get_image_cookie_t{sequence});
    done = done && reply != nullptr;
  }
  return done;
}

bool ScreenReader::readOver(xcb_drawable_t drawable, const Rect& area, const std::vector<ami::RowSpan>& spans) {
  for (const ami::RowSpan& span : spans) {
    const auto cookie = xcb_get_image(connection_.raw(), XCB_IMAGE_FORMAT_Z_PIXMAP, drawable, static_cast<int16_t>(area.x),
                                      static_cast<int16_t>(area.y + span.first), static_cast<uint16_t>(width_), static_cast<uint16_t>(span.count), ~0u);
    const auto reply = answer(connection_, xcb_get_image_reply, cookie);
    const size_t size = rawStride_ * static_cast<size_t>(span.count);
    if (!reply || static_cast<size_t>(xcb_get_image_data_length(reply.get())) < size) return false;
    memcpy(raw_ + static_cast<size_t>(span.first) * rawStride_, xcb_get_image_data(reply.get()), size);
  }
  return true;
}

void ScreenReader::convert(const ami::RowSpan& span) {
  const uint8_t* from = raw_ + static_cast<size_t>(span.first) * rawStride_;
  uint8_t* to = converted_.data() + static_cast<size_t>(span.first) * static_cast<size_t>(stride());
  const int fromStride = static_cast<int>(rawStride_);
  if (format_ == PixelFormat::rgb565) libyuv::RGB565ToARGB(from, fromStride, to, stride(), width_, span.count);
  else libyuv::AR30ToARGB(from, fromStride, to, stride(), width_, span.count);
}

}  // namespace x11
