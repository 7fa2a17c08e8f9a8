#include "store-reader.h"

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "media-store/audio-store.h"
#include "media-store/frame-store.h"

struct store_reader {
  std::unique_ptr<ami::FrameStore> frames;
  std::unique_ptr<ami::AudioStore> audio;
  ami::FrameStore::Frame kept;
  uint64_t seen = 0;
  uint64_t heard = 0;
};

extern "C" {

store_reader *store_reader_open(const char *frames, const char *audio, char *error, size_t room) {
  auto reader = std::make_unique<store_reader>();
  std::string problem;
  if (frames != nullptr && *frames != 0) reader->frames = ami::FrameStore::open(frames, problem);
  if (problem.empty() && audio != nullptr && *audio != 0) reader->audio = ami::AudioStore::open(audio, problem);
  if (!problem.empty()) {
    snprintf(error, room, "%s", problem.c_str());
    return nullptr;
  }
  // What was said before somebody listened is not heard late.
  if (reader->audio) reader->heard = reader->audio->written();
  return reader.release();
}

void store_reader_close(store_reader *reader) { delete reader; }

void store_reader_wait(store_reader *reader, int64_t timeout_us) {
  if (reader->frames) reader->frames->waitForOther(reader->seen, timeout_us);
  else std::this_thread::sleep_for(std::chrono::microseconds(timeout_us));
}

bool store_reader_next(store_reader *reader, store_frame *frame) {
  if (!reader->frames || reader->frames->sequence() == reader->seen) return false;
  reader->kept = reader->frames->newest();
  const ami::FrameStore::Frame &newest = reader->kept;
  reader->seen = newest.sequence;
  *frame = {};
  if (!newest) return true;
  const ami::Planes &planes = newest.planes;
  const auto luma = static_cast<uint32_t>(planes.strideY), chroma = static_cast<uint32_t>(planes.strideC);
  *frame = {newest.width, newest.height, newest.timeUs, {planes.y, planes.u, planes.v, planes.a},
            {luma, chroma, chroma, static_cast<uint32_t>(planes.strideA)}};
  return true;
}

void store_reader_done(store_reader *reader) { reader->kept = ami::FrameStore::Frame(); }

uint32_t store_reader_rate(const store_reader *reader) { return reader->audio ? static_cast<uint32_t>(reader->audio->sampleRate()) : 0; }

size_t store_reader_audio(store_reader *reader, float *into, size_t room, int64_t *time_us) {
  if (!reader->audio) return 0;
  const ami::AudioStore::Read read = reader->audio->read(reader->heard, into, room);
  reader->heard = read.from + read.frames;
  *time_us = read.timeUs;
  return static_cast<size_t>(read.frames);
}
}
