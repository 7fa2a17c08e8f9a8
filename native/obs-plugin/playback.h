#pragma once
#include <obs-module.h>

/** Hands frames and audio of stores to a source of OBS, each in time. Used by one thread. */
struct playback;

struct playback *playback_create(obs_source_t *source);
void playback_destroy(struct playback *playback);

/**
 * Plays these stores from now on, in the place of others. `regular`: frames come at a rate; otherwise the newest is what counts. False with
 * a sentence in `error` where they cannot be opened.
 */
bool playback_open(struct playback *playback, const char *frames, const char *audio, bool regular, char *error, size_t room);

/** Shows nothing, and lets go of the stores. */
void playback_close(struct playback *playback);

/** Hands over what is due, and waits some milliseconds for it; false where nothing is open: it has not waited. */
bool playback_step(struct playback *playback);
