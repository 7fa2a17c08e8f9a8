#include "host-link.h"
#include "line-buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <util/bmem.h>
#include <windows.h>

#define PREFIX "ami-streams-obs-"

struct host_link {
  HANDLE pipe;
  struct line_buffer lines;
};

/** Calls for the pipe of each host until `take` is true. */
static bool each_pipe(bool (*take)(void *data, const char *port), void *data) {
  WIN32_FIND_DATAA found;
  HANDLE search = FindFirstFileA("\\\\.\\pipe\\*", &found);
  if (search == INVALID_HANDLE_VALUE) return false;
  bool taken = false;
  do {
    const char *name = found.cFileName;
    if (strncmp(name, PREFIX, strlen(PREFIX)) != 0) continue;
    const char *port = name + strlen(PREFIX);
    const size_t digits = strspn(port, "0123456789");
    taken = digits > 0 && digits < 6 && port[digits] == 0 && take(data, port);
  } while (!taken && FindNextFileA(search, &found));
  FindClose(search);
  return taken;
}

struct wanted_host {
  const char *port;
  HANDLE pipe;
};

static bool take_host(void *data, const char *port) {
  struct wanted_host *wanted = data;
  if (wanted->port && *wanted->port && strcmp(wanted->port, port) != 0) return false;
  char path[64];
  snprintf(path, sizeof path, "\\\\.\\pipe\\" PREFIX "%s", port);
  wanted->pipe = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
  return wanted->pipe != INVALID_HANDLE_VALUE;
}

struct host_link *host_link_open(const char *port) {
  struct wanted_host wanted = {port, INVALID_HANDLE_VALUE};
  if (!each_pipe(take_host, &wanted)) return NULL;
  struct host_link *link = bzalloc(sizeof *link);
  link->pipe = wanted.pipe;
  return link;
}

void host_link_close(struct host_link *link) {
  if (!link) return;
  CloseHandle(link->pipe);
  line_buffer_free(&link->lines);
  bfree(link);
}

bool host_link_send(struct host_link *link, obs_data_t *message) {
  size_t length = 0;
  char *line = line_of(message, &length);
  DWORD sent = 0;
  const bool whole = line && WriteFile(link->pipe, line, (DWORD)length, &sent, NULL) && sent == length;
  bfree(line);
  return whole;
}

enum host_link_state host_link_receive(struct host_link *link, obs_data_t **message) {
  for (;;) {
    const enum host_link_state state = line_buffer_next(&link->lines, message);
    if (state != HOST_LINK_NOTHING) return state;
    DWORD there = 0, got = 0;
    if (!PeekNamedPipe(link->pipe, NULL, 0, NULL, &there, NULL)) return HOST_LINK_LOST;
    if (there == 0) return HOST_LINK_NOTHING;
    size_t room = 0;
    char *into = line_buffer_room(&link->lines, &room);
    if (!ReadFile(link->pipe, into, there < room ? there : (DWORD)room, &got, NULL) || got == 0) return HOST_LINK_LOST;
    link->lines.length += got;
  }
}

struct found_ports {
  char **ports;
  size_t count;
};

static bool add_port(void *data, const char *port) {
  struct found_ports *found = data;
  found->ports = brealloc(found->ports, (found->count + 2) * sizeof *found->ports);
  found->ports[found->count++] = bstrdup(port);
  found->ports[found->count] = NULL;
  return found->count >= 32;
}

char **host_link_ports(void) {
  struct found_ports found = {bzalloc(sizeof(char *)), 0};
  each_pipe(add_port, &found);
  return found.ports;
}
