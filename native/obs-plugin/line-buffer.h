#pragma once
/* Lines of JSON out of what a socket brings, and into one. */
#include <obs-data.h>
#include <stddef.h>

#include "host-link.h"

struct line_buffer {
  char *bytes;
  size_t length;
  size_t room;
};

/** Where further bytes are read to, and how many; who reads adds them to `length`. */
char *line_buffer_room(struct line_buffer *lines, size_t *room);

/** The next whole line as a message. `HOST_LINK_LOST`: what came is not one. */
enum host_link_state line_buffer_next(struct line_buffer *lines, obs_data_t **message);
void line_buffer_free(struct line_buffer *lines);

/** A message as a line; the caller frees it by `bfree`. */
char *line_of(obs_data_t *message, size_t *length);
