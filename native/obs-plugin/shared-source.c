#include "shared-source.h"

#include <util/dstr.h>
#include <util/platform.h>
#include <util/threading.h>

#include "host-link.h"
#include "playback.h"

/** Between two looks at what the host says, while its answer is expected, ms. */
#define LOOK_MS 10
/** The same while nobody sees the source, ms. */
#define IDLE_MS 250
/** Between two attempts to connect, ms: the first and the longest. */
#define FIRST_RETRY_MS 100
#define MAX_RETRY_MS 1000
/** The same where the host rejected the connection, ms. */
#define REJECTED_RETRY_MS 5000
struct shared_source {
  obs_source_t *source;
  pthread_t thread;
  /** Signalled where the thread has something to do. */
  os_event_t *wake;
  bool running;

  /** Guards what is below: settings are changed and read by OBS's threads. */
  pthread_mutex_t mutex;
  bool stopping;
  bool showing;
  char *wanted;
  char *port;
  bool port_changed;
  bool connected;
  bool other_version;
  char *problem;
  obs_data_array_t *shares;

  /* The thread's own. */
  struct host_link *link;
  uint64_t retry_at_ms;
  uint64_t retry_ms;
  /** What the host was asked for; NULL: nothing. */
  char *taken;
  struct playback *playback;
};

static uint64_t now_ms(void) { return os_gettime_ns() / 1000000; }

static void set_problem(struct shared_source *at, const char *problem) {
  pthread_mutex_lock(&at->mutex);
  bfree(at->problem);
  at->problem = problem && *problem ? bstrdup(problem) : NULL;
  pthread_mutex_unlock(&at->mutex);
}

static void lose_host(struct shared_source *at, uint64_t retry_ms) {
  host_link_close(at->link);
  at->link = NULL;
  bfree(at->taken);
  at->taken = NULL;
  playback_close(at->playback);
  at->retry_ms = retry_ms;
  at->retry_at_ms = now_ms() + retry_ms;
  pthread_mutex_lock(&at->mutex);
  at->connected = false;
  pthread_mutex_unlock(&at->mutex);
}

static bool send_message(struct shared_source *at, const char *type, const char *share) {
  obs_data_t *message = obs_data_create();
  obs_data_set_string(message, "type", type);
  if (share) obs_data_set_string(message, "share", share);
  else if (strcmp(type, "hello") == 0) obs_data_set_int(message, "version", HOST_LINK_VERSION);
  const bool sent = host_link_send(at->link, message);
  obs_data_release(message);
  return sent;
}

static void connect_host(struct shared_source *at) {
  if (now_ms() < at->retry_at_ms) return;
  pthread_mutex_lock(&at->mutex);
  char *port = bstrdup(at->port);
  pthread_mutex_unlock(&at->mutex);
  at->link = host_link_open(port);
  bfree(port);
  if (!at->link || !send_message(at, "hello", NULL)) {
    const uint64_t next = at->retry_ms * 2;
    lose_host(at, next < FIRST_RETRY_MS ? FIRST_RETRY_MS : next > MAX_RETRY_MS ? MAX_RETRY_MS : next);
  }
}

static void open_media(struct shared_source *at, obs_data_t *message) {
  // An answer to what was asked for before is out of date.
  if (!at->taken || strcmp(at->taken, obs_data_get_string(message, "share")) != 0) return;
  char error[256] = "";
  // What comes at a rate, and what changes now and then.
  const bool regular = strncmp(at->taken, "canvas:", 7) == 0 || strncmp(at->taken, "stream:", 7) == 0;
  const char *frames = obs_data_get_string(message, "frames"), *audio = obs_data_get_string(message, "audio");
  const bool opened = playback_open(at->playback, frames, audio, regular, error, sizeof error);
  set_problem(at, error);
  if (!opened) blog(LOG_WARNING, "[ami-streams] %s: %s", at->taken, error);
}

/** False where the host is lost. */
static bool take_message(struct shared_source *at, obs_data_t *message) {
  const char *type = obs_data_get_string(message, "type");
  if (strcmp(type, "hello") == 0) {
    const bool same = obs_data_get_int(message, "version") == HOST_LINK_VERSION;
    pthread_mutex_lock(&at->mutex);
    at->connected = same;
    at->other_version = !same;
    pthread_mutex_unlock(&at->mutex);
    at->retry_ms = 0;
    if (!same) blog(LOG_WARNING, "[ami-streams] the host is of another version than this plugin");
    return same;
  }
  if (strcmp(type, "shares") == 0) {
    obs_data_array_t *shares = obs_data_get_array(message, "shares");
    pthread_mutex_lock(&at->mutex);
    obs_data_array_release(at->shares);
    at->shares = shares;
    pthread_mutex_unlock(&at->mutex);
    obs_source_update_properties(at->source);
  } else if (strcmp(type, "media") == 0) {
    open_media(at, message);
  } else if (strcmp(type, "none") == 0) {
    playback_close(at->playback);
    set_problem(at, obs_data_get_string(message, "reason"));
  } else if (strcmp(type, "rejected") == 0) {
    set_problem(at, obs_data_get_string(message, "reason"));
    return false;
  }
  return true;
}

static void receive(struct shared_source *at) {
  while (at->link) {
    obs_data_t *message = NULL;
    const enum host_link_state state = host_link_receive(at->link, &message);
    if (state == HOST_LINK_NOTHING) return;
    const bool goes_on = state == HOST_LINK_MESSAGE && take_message(at, message);
    const bool rejected = state == HOST_LINK_MESSAGE && !goes_on;
    obs_data_release(message);
    if (!goes_on) lose_host(at, rejected ? REJECTED_RETRY_MS : FIRST_RETRY_MS);
  }
}

/** Has the host make what the settings want while somebody sees it, and nothing otherwise. */
static void ask(struct shared_source *at) {
  pthread_mutex_lock(&at->mutex);
  char *wanted = at->connected && at->showing && at->wanted && *at->wanted ? bstrdup(at->wanted) : NULL;
  pthread_mutex_unlock(&at->mutex);
  const bool same = wanted == at->taken || (wanted && at->taken && strcmp(wanted, at->taken) == 0);
  if (same) {
    bfree(wanted);
    return;
  }
  playback_close(at->playback);
  bfree(at->taken);
  at->taken = wanted;
  set_problem(at, NULL);
  if (!send_message(at, wanted ? "take" : "release", wanted)) lose_host(at, FIRST_RETRY_MS);
}

static bool is_stopping(struct shared_source *at, bool *showing) {
  pthread_mutex_lock(&at->mutex);
  const bool stopping = at->stopping;
  const bool other_host = at->port_changed;
  at->port_changed = false;
  *showing = at->showing;
  pthread_mutex_unlock(&at->mutex);
  if (other_host && !stopping) lose_host(at, 0);
  return stopping;
}

static void *run(void *data) {
  struct shared_source *at = data;
  os_set_thread_name("ami-streams");
  bool showing = false;
  while (!is_stopping(at, &showing)) {
    if (!at->link) connect_host(at);
    if (at->link) receive(at);
    if (at->link) ask(at);
    if (!playback_step(at->playback)) os_event_timedwait(at->wake, at->taken ? LOOK_MS : showing ? FIRST_RETRY_MS : IDLE_MS);
  }
  lose_host(at, 0);
  return NULL;
}

static const char *get_name(void *type) {
  UNUSED_PARAMETER(type);
  return obs_module_text("AmiStreams");
}

static void update(void *data, obs_data_t *settings) {
  struct shared_source *at = data;
  const char *port = obs_data_get_string(settings, "port");
  pthread_mutex_lock(&at->mutex);
  bfree(at->wanted);
  at->wanted = bstrdup(obs_data_get_string(settings, "share"));
  if (strcmp(at->port ? at->port : "", port) != 0) {
    bfree(at->port);
    at->port = bstrdup(port);
    at->port_changed = true;
  }
  pthread_mutex_unlock(&at->mutex);
  os_event_signal(at->wake);
}

static void set_showing(struct shared_source *at, bool showing) {
  pthread_mutex_lock(&at->mutex);
  at->showing = showing;
  pthread_mutex_unlock(&at->mutex);
  os_event_signal(at->wake);
}

static void show(void *data) { set_showing(data, true); }

static void hide(void *data) { set_showing(data, false); }

static void destroy(void *data) {
  struct shared_source *at = data;
  if (at->running) {
    pthread_mutex_lock(&at->mutex);
    at->stopping = true;
    pthread_mutex_unlock(&at->mutex);
    os_event_signal(at->wake);
    pthread_join(at->thread, NULL);
  }
  os_event_destroy(at->wake);
  pthread_mutex_destroy(&at->mutex);
  obs_data_array_release(at->shares);
  bfree(at->wanted);
  bfree(at->port);
  bfree(at->problem);
  playback_destroy(at->playback);
  bfree(at);
}

static void *create(obs_data_t *settings, obs_source_t *source) {
  struct shared_source *at = bzalloc(sizeof *at);
  at->source = source;
  at->playback = playback_create(source);
  pthread_mutex_init(&at->mutex, NULL);
  if (os_event_init(&at->wake, OS_EVENT_TYPE_AUTO) != 0) {
    destroy(at);
    return NULL;
  }
  update(at, settings);
  at->running = pthread_create(&at->thread, NULL, run, at) == 0;
  if (at->running) return at;
  destroy(at);
  return NULL;
}

/** A text of the locale with a name in it; the caller frees it. */
static char *text_with(const char *key, const char *name) {
  struct dstr text = {0};
  dstr_copy(&text, obs_module_text(key));
  dstr_replace(&text, "%s", name);
  return text.array ? text.array : bstrdup("");
}

static void add_share(obs_property_t *list, obs_data_t *share) {
  struct dstr key = {0};
  dstr_printf(&key, "Kind.%s", obs_data_get_string(share, "kind"));
  char *title = text_with(key.array, obs_data_get_string(share, "name"));
  obs_property_list_add_string(list, title, obs_data_get_string(share, "id"));
  bfree(title);
  dstr_free(&key);
}

static void add_shares(struct shared_source *at, obs_properties_t *properties) {
  obs_property_t *list =
      obs_properties_add_list(properties, "share", obs_module_text("Share"), OBS_COMBO_TYPE_LIST, OBS_COMBO_FORMAT_STRING);
  const char *wanted = at->wanted ? at->wanted : "";
  bool known = *wanted == 0;
  if (known) obs_property_list_add_string(list, obs_module_text("Share.None"), "");
  const size_t count = at->shares ? obs_data_array_count(at->shares) : 0;
  for (size_t index = 0; index < count; index++) {
    obs_data_t *share = obs_data_array_item(at->shares, index);
    known = known || strcmp(obs_data_get_string(share, "id"), wanted) == 0;
    add_share(list, share);
    obs_data_release(share);
  }
  if (known) return;
  char *away = text_with("Share.Away", wanted);
  obs_property_list_add_string(list, away, wanted);
  bfree(away);
}

static void add_hosts(struct shared_source *at, obs_properties_t *properties) {
  obs_property_t *list =
      obs_properties_add_list(properties, "port", obs_module_text("Host"), OBS_COMBO_TYPE_EDITABLE, OBS_COMBO_FORMAT_STRING);
  obs_property_list_add_string(list, obs_module_text("Host.Any"), "");
  UNUSED_PARAMETER(at);
  char **ports = host_link_ports();
  for (char **port = ports; *port; port++) {
    char *title = text_with("Host.Port", *port);
    obs_property_list_add_string(list, title, *port);
    bfree(title);
    bfree(*port);
  }
  bfree(ports);
}

static obs_properties_t *get_properties(void *data) {
  struct shared_source *at = data;
  obs_properties_t *properties = obs_properties_create();
  pthread_mutex_lock(&at->mutex);
  add_shares(at, properties);
  char *problem = at->problem ? text_with("State.Problem", at->problem) : NULL;
  const char *state = at->connected ? "State.Connected" : at->other_version ? "State.Version" : "State.Away";
  pthread_mutex_unlock(&at->mutex);
  add_hosts(at, properties);
  obs_property_t *text = obs_properties_add_text(properties, "state", problem ? problem : obs_module_text(state), OBS_TEXT_INFO);
  UNUSED_PARAMETER(text);
  bfree(problem);
  return properties;
}

static void get_defaults(obs_data_t *settings) {
  obs_data_set_default_string(settings, "share", "");
  obs_data_set_default_string(settings, "port", "");
}

struct obs_source_info shared_source_info = {
    .id = "ami_streams_source",
    .type = OBS_SOURCE_TYPE_INPUT,
    .output_flags = OBS_SOURCE_ASYNC_VIDEO | OBS_SOURCE_AUDIO | OBS_SOURCE_DO_NOT_DUPLICATE,
    .get_name = get_name,
    .create = create,
    .destroy = destroy,
    .update = update,
    .show = show,
    .hide = hide,
    .get_properties = get_properties,
    .get_defaults = get_defaults,
    .icon_type = OBS_ICON_TYPE_MEDIA,
};
