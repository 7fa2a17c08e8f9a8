#include "playback.h"

#include <util/platform.h>

#include "store-reader.h"

/** Between two looks at audio, ms. */
#define LOOK_MS 10
/** How late frames come is known after this many; audio waits for it, at most for that time. */
#define MEASURED_FRAMES 8
#define MEASURED_WITHIN_US 500000
/** A frame that is older than this when it is seen says nothing about how late frames come: it was there before. */
#define MAX_LAG_US 250000
/** Frames come that much earlier or later than usual, at least. */
#define JITTER_US 3000
/** After a pause of this length OBS starts again with the frames that follow: it would show all of them that much later. */
#define PAUSE_US 200000
/** The same after this many of its own frames for which none of ours was there. */
#define MAX_MISSED 3
/** Of audio that is copied at once. */
#define AUDIO_ROOM 4800

struct playback {
  obs_source_t *source;
  struct store_reader *reader;
  bool visible;
  int64_t opened_us;
  /** A frame waits for its time. */
  bool waiting;
  int64_t show_at_us;
  struct store_frame frame;
  /** How late frames come, and how many have said so. */
  int64_t lag_us;
  unsigned measured;
  /** From when a frame is due until it is given to OBS; 0: not known yet. */
  int64_t delay_us;
  /** Frames come at a rate: OBS keeps one, so that none is lost where either of us is late for once. */
  bool regular;
  int64_t last_due_us;
  int64_t missed;
  bool audio_started;
  int64_t audio_delay_us;
  float audio[AUDIO_ROOM * 2];
};

static int64_t now_us(void) { return (int64_t)(os_gettime_ns() / 1000); }

static void show_nothing(struct playback *at) {
  if (at->visible) obs_source_output_video(at->source, NULL);
  at->visible = false;
}

static int64_t step_us(void) { return (int64_t)(obs_get_frame_interval_ns() / 1000); }

/** From when a frame is given to OBS until it is seen: half way to its next frame, and one more where OBS keeps one. */
static int64_t wait_us(const struct playback *at) { return at->regular ? step_us() * 3 / 2 : step_us() / 2; }

/**
 * OBS's count of a source's time stops while none of its frames is there, and everything that follows is shown that much later. Where that
 * was long it starts again.
 */
static void catch_up(struct playback *at) {
  const int64_t late_us = now_us() - at->show_at_us - wait_us(at);
  if (late_us > 0 && step_us() > 0) at->missed += 1 + late_us / step_us();
  const bool paused = at->frame.time_us - at->last_due_us > PAUSE_US || at->frame.time_us < at->last_due_us;
  at->last_due_us = at->frame.time_us;
  if (!at->regular || !at->visible || (!paused && at->missed < MAX_MISSED)) return;
  at->missed = 0;
  show_nothing(at);
}

static void show_frame(struct playback *at) {
  const struct store_frame *frame = &at->frame;
  at->waiting = false;
  if (frame->width == 0) {
    show_nothing(at);
    return;
  }
  catch_up(at);
  struct obs_source_frame shown = {
      .width = (uint32_t)frame->width,
      .height = (uint32_t)frame->height,
      .timestamp = (uint64_t)frame->time_us * 1000,
      .format = frame->planes[3] ? VIDEO_FORMAT_I40A : VIDEO_FORMAT_I420,
  };
  for (int plane = 0; plane < 4 && frame->planes[plane]; plane++) {
    shown.data[plane] = (uint8_t *)frame->planes[plane];
    shown.linesize[plane] = frame->strides[plane];
  }
  video_format_get_parameters(VIDEO_CS_709, VIDEO_RANGE_PARTIAL, shown.color_matrix, shown.color_range_min, shown.color_range_max);
  // The first one is seen at once and sets OBS's count: those behind it are due half a frame before OBS looks for them.
  if (!at->visible && at->regular) shown.timestamp -= (uint64_t)step_us() * 500;
  // OBS copies it, once.
  obs_source_output_video(at->source, &shown);
  at->visible = true;
  store_reader_done(at->reader);
}

/**
 * OBS takes the newest frame at each of its own: one that comes just then is taken now early, now late, and others are left out or seen
 * twice. So frames are given to it half way between two of its own, all of them equally late. Both clocks are the machine's.
 */
static void choose_delay(struct playback *at, int64_t due_us) {
  const int64_t step = step_us();
  if (step <= 0) return;
  const int64_t earliest_us = due_us + at->lag_us + JITTER_US;
  const int64_t half_way_us = (int64_t)(obs_get_video_frame_time() / 1000) + step / 2;
  const int64_t past_us = (earliest_us - half_way_us) % step;
  at->delay_us = earliest_us - due_us + (past_us > 0 ? step - past_us : -past_us);
  // OBS counts from a frame that came at its time.
  at->missed = MAX_MISSED;
}

/** When the frame that waits is given to OBS. */
static void plan_frame(struct playback *at) {
  const int64_t now = now_us(), lag_us = now - at->frame.time_us;
  at->waiting = true;
  at->show_at_us = now;
  if (at->frame.width == 0 || lag_us < 0 || lag_us > MAX_LAG_US) return;
  at->lag_us = at->measured == 0 ? lag_us : at->lag_us + (lag_us - at->lag_us) / 8;
  if (++at->measured < MEASURED_FRAMES) return;
  // Where they come much later or earlier than they did, it is chosen again.
  const bool fits = at->delay_us > at->lag_us && at->delay_us < at->lag_us + JITTER_US + step_us() * 3 / 2;
  if (!fits) choose_delay(at, at->frame.time_us);
  at->show_at_us = at->frame.time_us + at->delay_us;
}

static void pass_frame(struct playback *at) {
  if (!at->waiting) {
    store_reader_wait(at->reader, LOOK_MS * 1000);
    if (!store_reader_next(at->reader, &at->frame)) return;
    plan_frame(at);
  }
  const int64_t left_us = at->show_at_us - now_us();
  if (left_us > LOOK_MS * 1000) {
    os_sleep_ms(LOOK_MS);
    return;
  }
  if (left_us > 0) os_sleepto_ns((uint64_t)at->show_at_us * 1000);
  show_frame(at);
}

/** OBS shows a frame some time after it was due, and plays audio at the time that it carries: audio is put as late as the frames. */
static bool audio_may_start(struct playback *at) {
  if (at->audio_started) return true;
  if (at->delay_us == 0 && now_us() - at->opened_us < MEASURED_WITHIN_US) return false;
  at->audio_delay_us = at->delay_us > 0 ? at->delay_us + wait_us(at) : 0;
  at->audio_started = true;
  return true;
}

static void pass_audio(struct playback *at) {
  const uint32_t rate = store_reader_rate(at->reader);
  if (rate == 0) return;
  const bool heard = audio_may_start(at);
  for (;;) {
    int64_t time_us = 0;
    const size_t frames = store_reader_audio(at->reader, at->audio, AUDIO_ROOM, &time_us);
    if (frames == 0) return;
    if (!heard) continue;
    const struct obs_source_audio audio = {
        .data = {(const uint8_t *)at->audio},
        .frames = (uint32_t)frames,
        .speakers = SPEAKERS_STEREO,
        .format = AUDIO_FORMAT_FLOAT,
        .samples_per_sec = rate,
        .timestamp = (uint64_t)(time_us + at->audio_delay_us) * 1000,
    };
    obs_source_output_audio(at->source, &audio);
  }
}

struct playback *playback_create(obs_source_t *source) {
  struct playback *at = bzalloc(sizeof *at);
  at->source = source;
  return at;
}

void playback_destroy(struct playback *at) {
  playback_close(at);
  bfree(at);
}

bool playback_open(struct playback *at, const char *frames, const char *audio, bool regular, char *error, size_t room) {
  playback_close(at);
  at->reader = store_reader_open(frames, audio, error, room);
  if (!at->reader) return false;
  at->opened_us = now_us();
  at->lag_us = 0;
  at->measured = 0;
  at->delay_us = 0;
  at->missed = 0;
  at->regular = regular;
  at->audio_started = false;
  // What OBS keeps stays late for good after a pause: of what changes now and then it takes the newest.
  obs_source_set_async_unbuffered(at->source, !regular);
  return true;
}

void playback_close(struct playback *at) {
  at->waiting = false;
  store_reader_close(at->reader);
  at->reader = NULL;
  show_nothing(at);
}

bool playback_step(struct playback *at) {
  if (!at->reader) return false;
  pass_frame(at);
  pass_audio(at);
  return true;
}
