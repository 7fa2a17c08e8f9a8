#pragma once
// What both kinds of captured video agree on with PipeWire. Whoever sends it may write into a buffer at any time: everything is read once.
#include <pipewire/stream.h>
#include <spa/buffer/meta.h>
#include <spa/param/buffers.h>
#include <spa/pod/builder.h>

#include <cstdint>
#include <optional>

#include "pipewire-stream.h"

namespace ami::pipewire {

/** Asks for buffers in memory, with a header each, and what of the frame is meant. */
inline void askForBuffers(pw_stream* stream) {
  uint8_t room[1024];
  spa_pod_builder builder = SPA_POD_BUILDER_INIT(room, sizeof room);
  // Plain memory only: what is on a graphics card would have to be brought from there with means that differ by card.
  const int memory = 1 << SPA_DATA_MemPtr | 1 << SPA_DATA_MemFd;
  const auto meta = [&](uint32_t kind, size_t size) {
    return static_cast<const spa_pod*>(spa_pod_builder_add_object(&builder, SPA_TYPE_OBJECT_ParamMeta, SPA_PARAM_Meta, SPA_PARAM_META_type, SPA_POD_Id(kind),
                                                                  SPA_PARAM_META_size, SPA_POD_Int(static_cast<int>(size))));
  };
  const spa_pod* params[] = {
      static_cast<const spa_pod*>(spa_pod_builder_add_object(&builder, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers, SPA_PARAM_BUFFERS_buffers,
                                                             SPA_POD_CHOICE_RANGE_Int(4, 2, 16), SPA_PARAM_BUFFERS_dataType, SPA_POD_CHOICE_FLAGS_Int(memory))),
      meta(SPA_META_Header, sizeof(spa_meta_header)),
      meta(SPA_META_VideoCrop, sizeof(spa_meta_region)),
  };
  pw_stream_update_params(stream, params, 3);
}

/** Null without one. */
inline const spa_meta_header* headerOf(spa_buffer* buffer) {
  return static_cast<const spa_meta_header*>(spa_buffer_find_meta_data(buffer, SPA_META_Header, sizeof(spa_meta_header)));
}

/** It has no memory, or is not whole, as its sender says. */
inline bool isDamaged(spa_buffer* buffer) {
  const spa_meta_header* header = headerOf(buffer);
  const spa_chunk* chunk = buffer->n_datas > 0 ? buffer->datas[0].chunk : nullptr;
  if (chunk == nullptr || buffer->datas[0].data == nullptr || (readOnce(chunk->flags) & SPA_CHUNK_FLAG_CORRUPTED) != 0) return true;
  return header != nullptr && (readOnce(header->flags) & SPA_META_HEADER_FLAG_CORRUPTED) != 0;
}

/** What of a frame of that size is meant: all of it where nothing is said. Empty where it is not within the frame. */
inline std::optional<spa_region> cropOf(spa_buffer* buffer, const spa_rectangle& whole) {
  const auto* crop = static_cast<const spa_meta_region*>(spa_buffer_find_meta_data(buffer, SPA_META_VideoCrop, sizeof(spa_meta_region)));
  const spa_region all = {{0, 0}, whole};
  if (crop == nullptr) return all;
  const spa_point at = {readOnce(crop->region.position.x), readOnce(crop->region.position.y)};
  const spa_rectangle size = {readOnce(crop->region.size.width), readOnce(crop->region.size.height)};
  if (size.width == 0 || size.height == 0) return all;
  const bool inside = at.x >= 0 && at.y >= 0 && size.width <= whole.width && size.height <= whole.height &&
                      static_cast<uint32_t>(at.x) <= whole.width - size.width && static_cast<uint32_t>(at.y) <= whole.height - size.height;
  if (!inside) return std::nullopt;
  return spa_region{at, size};
}

}  // namespace ami::pipewire
