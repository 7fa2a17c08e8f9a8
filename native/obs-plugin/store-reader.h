#pragma once
/* The stores of native/media-store as C sees them: what the host shares, read without copying it. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct store_reader;

/** A frame, kept from being overwritten until the next call of `store_reader_next` or `store_reader_done`: planar 4:2:0, BT.709, limited range. */
struct store_frame {
  /** 0: there is no frame any more. */
  int width;
  int height;
  /** When it was due, microseconds of the monotonic clock. */
  int64_t time_us;
  /** Y, U, V, and A where there is alpha, which is not multiplied into the others; otherwise NULL. */
  const uint8_t *planes[4];
  uint32_t strides[4];
};

/** NULL with a sentence in `error` where a store cannot be opened. A name that is NULL or empty: there is no such store. */
struct store_reader *store_reader_open(const char *frames, const char *audio, char *error, size_t room);
void store_reader_close(struct store_reader *reader);

/** Waits for another frame than the last, `timeout_us` at most; without a store of frames for that time. */
void store_reader_wait(struct store_reader *reader, int64_t timeout_us);

/** Whether there is another frame than at the last call: it is the newest. */
bool store_reader_next(struct store_reader *reader, struct store_frame *frame);
/** The frame is not needed any more. */
void store_reader_done(struct store_reader *reader);

/** Hz of the audio; 0 for no audio. */
uint32_t store_reader_rate(const struct store_reader *reader);

/** Copies interleaved stereo that was written since the last call; answers how many frames. `time_us`: when the first is heard. */
size_t store_reader_audio(struct store_reader *reader, float *into, size_t room, int64_t *time_us);

#ifdef __cplusplus
}
#endif
