#include "shared-pixels.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace wayland {

std::unique_ptr<SharedPixels> SharedPixels::make(const Connection& connection, int width, int height, uint32_t format) {
  std::unique_ptr<SharedPixels> pixels(new SharedPixels(width, height, format));
  pixels->bytes_ = static_cast<size_t>(width) * 4 * static_cast<size_t>(height);
  const int fd = memfd_create("ami-wayland-frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return nullptr;
  void* memory = ftruncate(fd, static_cast<off_t>(pixels->bytes_)) == 0 ? mmap(nullptr, pixels->bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
  // A compositor that made it shorter would end whoever reads it.
  if (memory == MAP_FAILED || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
    if (memory != MAP_FAILED) munmap(memory, pixels->bytes_);
    close(fd);
    return nullptr;
  }
  pixels->data_ = static_cast<uint8_t*>(memory);
  wl_shm_pool* pool = wl_shm_create_pool(connection.shm, fd, static_cast<int32_t>(pixels->bytes_));
  pixels->buffer_ = wl_shm_pool_create_buffer(pool, 0, width, height, width * 4, format);
  wl_shm_pool_destroy(pool);
  close(fd);
  return pixels;
}

void SharedPixels::written(bool upsideDown, int32_t transform) {
  const size_t stride = static_cast<size_t>(width_) * 4;
  for (int row = 0; upsideDown && row < height_ / 2; row++) {
    uint8_t* top = data_ + static_cast<size_t>(row) * stride;
    std::swap_ranges(top, top + stride, data_ + static_cast<size_t>(height_ - 1 - row) * stride);
  }
  upsideDown_ = upsideDown;
  transform_ = transform;
  if (transform == WL_OUTPUT_TRANSFORM_NORMAL) return;
  upright_.resize(bytes_);
  turnUpright(transform, data_, width_, height_, upright_.data());
}

ami::Rect SharedPixels::shownPart(const ami::Rect& part) const {
  const ami::Rect turned = {part.x, upsideDown_ ? height_ - part.y - part.height : part.y, part.width, part.height};
  return uprightPart(transform_, turned, width_, height_);
}

SharedPixels::~SharedPixels() {
  if (buffer_ != nullptr) wl_buffer_destroy(buffer_);
  if (data_ != nullptr) munmap(data_, bytes_);
}

}  // namespace wayland
