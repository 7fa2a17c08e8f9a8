/** Credentials of a peer are an extension of Linux. */
#define _GNU_SOURCE
#include "host-link.h"
#include "line-buffer.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <util/bmem.h>

#define PREFIX "obs-"
#define SUFFIX ".sock"

struct host_link {
  int fd;
  struct line_buffer lines;
};

/** Where hosts of this user put their sockets; false: there is no such place. */
static bool folder_at(int index, char *path, size_t room) {
  const char *runtime = getenv("XDG_RUNTIME_DIR");
  if (index == 0) return runtime && *runtime && snprintf(path, room, "%s/ami-streams", runtime) < (int)room;
  if (index == 1) return snprintf(path, room, "/run/user/%u/ami-streams", (unsigned)getuid()) < (int)room;
  return snprintf(path, room, "/tmp/ami-streams-%u", (unsigned)getuid()) < (int)room;
}

#define FOLDERS 3

/** Nobody else may put a socket there. */
static bool is_private(const char *path) {
  struct stat status;
  return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == getuid() && (status.st_mode & 077) == 0;
}

/** The port in the name of a socket; false: the file is something else. */
static bool port_of(const char *name, char *port, size_t room) {
  const size_t length = strlen(name), around = strlen(PREFIX) + strlen(SUFFIX);
  if (length <= around || length - around >= room || strncmp(name, PREFIX, strlen(PREFIX)) != 0) return false;
  if (strcmp(name + length - strlen(SUFFIX), SUFFIX) != 0) return false;
  memcpy(port, name + strlen(PREFIX), length - around);
  port[length - around] = 0;
  return strspn(port, "0123456789") == length - around;
}

/** Calls for each socket until `take` is true. */
static bool each_socket(bool (*take)(void *data, const char *path, const char *port), void *data) {
  char folder[96], path[256], port[8];
  for (int index = 0; index < FOLDERS; index++) {
    if (!folder_at(index, folder, sizeof folder) || !is_private(folder)) continue;
    DIR *entries = opendir(folder);
    if (!entries) continue;
    bool taken = false;
    for (struct dirent *entry = readdir(entries); entry && !taken; entry = readdir(entries)) {
      if (port_of(entry->d_name, port, sizeof port) && snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < (int)sizeof path)
        taken = take(data, path, port);
    }
    closedir(entries);
    if (taken) return true;
  }
  return false;
}

static int connect_to(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -1;
  strcpy(address.sun_path, path);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  struct ucred peer;
  socklen_t size = sizeof peer;
  // A host that hangs makes nobody wait: connecting fails at once where its queue is full.
  if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
      getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == getuid())
    return fd;
  close(fd);
  return -1;
}

struct wanted_host {
  const char *port;
  int fd;
};

static bool take_host(void *data, const char *path, const char *port) {
  struct wanted_host *wanted = data;
  if (wanted->port && *wanted->port && strcmp(wanted->port, port) != 0) return false;
  wanted->fd = connect_to(path);
  return wanted->fd >= 0;
}

struct host_link *host_link_open(const char *port) {
  struct wanted_host wanted = {port, -1};
  if (!each_socket(take_host, &wanted)) return NULL;
  struct host_link *link = bzalloc(sizeof *link);
  link->fd = wanted.fd;
  return link;
}

void host_link_close(struct host_link *link) {
  if (!link) return;
  close(link->fd);
  line_buffer_free(&link->lines);
  bfree(link);
}

bool host_link_send(struct host_link *link, obs_data_t *message) {
  size_t length = 0;
  char *line = line_of(message, &length);
  // Messages are short and few: one that does not fit into the socket's buffer is sent to a host that hangs.
  const bool whole = line && send(link->fd, line, length, MSG_NOSIGNAL) == (ssize_t)length;
  bfree(line);
  return whole;
}

enum host_link_state host_link_receive(struct host_link *link, obs_data_t **message) {
  for (;;) {
    const enum host_link_state state = line_buffer_next(&link->lines, message);
    if (state != HOST_LINK_NOTHING) return state;
    size_t room = 0;
    char *into = line_buffer_room(&link->lines, &room);
    const ssize_t got = recv(link->fd, into, room, 0);
    if (got > 0) link->lines.length += (size_t)got;
    else if (got < 0 && errno == EINTR) continue;
    else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return HOST_LINK_NOTHING;
    else return HOST_LINK_LOST;
  }
}

struct found_ports {
  char **ports;
  size_t count;
};

static bool add_port(void *data, const char *path, const char *port) {
  struct found_ports *found = data;
  const int fd = connect_to(path);
  if (fd < 0) return false;
  close(fd);
  for (size_t index = 0; index < found->count; index++)
    if (strcmp(found->ports[index], port) == 0) return false;
  found->ports = brealloc(found->ports, (found->count + 2) * sizeof *found->ports);
  found->ports[found->count++] = bstrdup(port);
  found->ports[found->count] = NULL;
  return found->count >= 32;
}

char **host_link_ports(void) {
  struct found_ports found = {bzalloc(sizeof(char *)), 0};
  each_socket(add_port, &found);
  return found.ports;
}
