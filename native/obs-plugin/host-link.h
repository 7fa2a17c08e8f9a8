#pragma once
/* The connection to an AMI Streams host of this machine: lines of JSON over a socket that only this user may open. */
#include <obs-data.h>
#include <stdbool.h>
#include <stddef.h>

/** Both sides must speak the same: it grows with every change of the messages or of the stores' layout. */
#define HOST_LINK_VERSION 1

struct host_link;

/** Ports of the hosts that can be connected to, each once, as text; the caller frees each and the list by `bfree`. NULL-terminated. */
char **host_link_ports(void);

/** Connects to the host with that port; NULL or "": to any. NULL where none answers. */
struct host_link *host_link_open(const char *port);
void host_link_close(struct host_link *link);

/** False where the connection is lost. */
bool host_link_send(struct host_link *link, obs_data_t *message);

enum host_link_state { HOST_LINK_MESSAGE, HOST_LINK_NOTHING, HOST_LINK_LOST };

/** The next message, to be released by the caller. Does not wait. */
enum host_link_state host_link_receive(struct host_link *link, obs_data_t **message);
