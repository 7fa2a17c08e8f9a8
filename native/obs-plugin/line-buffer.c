#include "line-buffer.h"

#include <string.h>
#include <util/bmem.h>

/** Longest line that is taken: a host that sends more is none of ours. */
#define MAX_LINE (1u << 20)
#define LEAST_ROOM 4096

char *line_buffer_room(struct line_buffer *lines, size_t *room) {
  if (lines->room - lines->length < LEAST_ROOM) {
    lines->room = lines->room ? lines->room * 2 : 4 * LEAST_ROOM;
    lines->bytes = brealloc(lines->bytes, lines->room);
  }
  *room = lines->room - lines->length;
  return lines->bytes + lines->length;
}

enum host_link_state line_buffer_next(struct line_buffer *lines, obs_data_t **message) {
  char *end = lines->length ? memchr(lines->bytes, '\n', lines->length) : NULL;
  if (!end) return lines->length >= MAX_LINE ? HOST_LINK_LOST : HOST_LINK_NOTHING;
  *end = 0;
  *message = obs_data_create_from_json(lines->bytes);
  const size_t taken = (size_t)(end - lines->bytes) + 1;
  lines->length -= taken;
  memmove(lines->bytes, lines->bytes + taken, lines->length);
  return *message ? HOST_LINK_MESSAGE : HOST_LINK_LOST;
}

void line_buffer_free(struct line_buffer *lines) { bfree(lines->bytes); }

char *line_of(obs_data_t *message, size_t *length) {
  const char *json = obs_data_get_json(message);
  if (!json) return NULL;
  const size_t text = strlen(json);
  char *line = bmalloc(text + 1);
  memcpy(line, json, text);
  line[text] = '\n';
  *length = text + 1;
  return line;
}
