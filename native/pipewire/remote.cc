#include "remote.h"

#include <spa/utils/json.h>
#include <spa/utils/result.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "own-connection.h"
#include "pipewire-loop.h"

namespace ami::pipewire {

namespace {

constexpr timespec kRetry{0, 500'000'000};
/**
 * The daemon reports a new default to nobody but a client that asks for it at that moment, if there is one. So defaults are read again once devices
 * have come or gone, and while one is the name of a device that is not there.
 */
constexpr timespec kReadDefaults{0, 500'000'000};
constexpr int kDefaultsReads = 8;
/** Round trips after which all is known: objects, then their properties. */
constexpr int kSyncs = 2;

std::string valueOf(const spa_dict* props, const char* key) {
  const char* value = props == nullptr ? nullptr : spa_dict_lookup(props, key);
  return value == nullptr ? "" : value;
}

uint32_t numberOf(const spa_dict* props, const char* key) {
  return static_cast<uint32_t>(strtoul(valueOf(props, key).c_str(), nullptr, 10));
}

bool isMedia(const std::string& mediaClass) {
  for (const char* prefix : {"Audio/", "Video/", "Stream/Output/Audio"}) {
    if (mediaClass.rfind(prefix, 0) == 0) return true;
  }
  return false;
}

/** Microphones, cameras and speakers, in difference to what programs play. */
bool isDevice(const Properties& properties) {
  const auto found = properties.find(PW_KEY_MEDIA_CLASS);
  return found != properties.end() && found->second.rfind("Stream/", 0) != 0;
}

/** `name` of `{ "name": "alsa_output..." }`. */
std::string nameIn(const char* json) {
  spa_json outer, inner;
  char key[64], name[512];
  spa_json_init(&outer, json, strlen(json));
  if (spa_json_enter_object(&outer, &inner) <= 0) return "";
  while (spa_json_get_string(&inner, key, sizeof key) > 0) {
    if (strcmp(key, "name") == 0) return spa_json_get_string(&inner, name, sizeof name) > 0 ? name : "";
    const char* value;
    if (spa_json_next(&inner, &value) <= 0) break;
  }
  return "";
}

}  // namespace

/** A node or a client that is watched. */
struct Remote::Object {
  Object(Remote& owner, const char* what, uint32_t number, pw_proxy* bound) : remote(owner), kind(what), id(number), proxy(bound) {}
  ~Object() {
    spa_hook_remove(&hook);
    pw_proxy_destroy(proxy);
  }
  Remote& remote;
  const char* kind;
  const uint32_t id;
  pw_proxy* proxy;
  spa_hook hook{};
  Properties properties;
  bool told = false;
};

const pw_core_events Remote::coreEvents = [] {
  pw_core_events events{};
  events.version = PW_VERSION_CORE_EVENTS;
  events.done = [](void* data, uint32_t id, int sequence) {
    auto* remote = static_cast<Remote*>(data);
    if (id != PW_ID_CORE || sequence != remote->syncSequence_ || remote->syncs_ >= kSyncs) return;
    if (++remote->syncs_ < kSyncs) {
      remote->syncSequence_ = pw_core_sync(remote->core_, PW_ID_CORE, 0);
      return;
    }
    remote->each([](RemoteListener* listener) { listener->onSynced(); });
  };
  events.error = [](void* data, uint32_t id, int, int result, const char* message) {
    auto* remote = static_cast<Remote*>(data);
    // Errors of single objects are reported to those; this is about the connection.
    if (id != PW_ID_CORE || result != -EPIPE || remote->lost_) return;
    remote->lost_ = true;
    // The connection cannot be taken down while it reports its end.
    remote->loop_.post([remote] {
      if (remote->lost_) remote->disconnect("PipeWire has ended");
    });
  };
  return events;
}();

const pw_registry_events Remote::registryEvents = [] {
  pw_registry_events events{};
  events.version = PW_VERSION_REGISTRY_EVENTS;
  events.global = [](void* data, uint32_t id, uint32_t, const char* type, uint32_t, const spa_dict* props) {
    static_cast<Remote*>(data)->add(id, type, props);
  };
  events.global_remove = [](void* data, uint32_t id) { static_cast<Remote*>(data)->remove(id); };
  return events;
}();

const pw_node_events Remote::nodeEvents = [] {
  pw_node_events events{};
  events.version = PW_VERSION_NODE_EVENTS;
  events.info = [](void* data, const pw_node_info* info) {
    auto* object = static_cast<Object*>(data);
    if (info->change_mask & PW_NODE_CHANGE_MASK_PROPS || !object->told) object->remote.setProperties(*object, info->props);
  };
  return events;
}();

const pw_client_events Remote::clientEvents = [] {
  pw_client_events events{};
  events.version = PW_VERSION_CLIENT_EVENTS;
  events.info = [](void* data, const pw_client_info* info) {
    auto* object = static_cast<Object*>(data);
    if (info->change_mask & PW_CLIENT_CHANGE_MASK_PROPS || !object->told) object->remote.setProperties(*object, info->props);
  };
  return events;
}();

const pw_metadata_events Remote::metadataEvents = [] {
  pw_metadata_events events{};
  events.version = PW_VERSION_METADATA_EVENTS;
  events.property = [](void* data, uint32_t subject, const char* key, const char*, const char* value) {
    auto* remote = static_cast<Remote*>(data);
    if (subject != 0 || key == nullptr || strncmp(key, "default.", 8) != 0 || strncmp(key, "default.configured", 18) == 0) return 0;
    const std::string name = value == nullptr ? "" : nameIn(value);
    const auto known = remote->defaults_.find(key);
    if (known != remote->defaults_.end() && known->second == name) return 0;
    remote->defaults_[key] = name;
    remote->each([&](RemoteListener* listener) { listener->onDefault(key, name); });
    return 0;
  };
  return events;
}();

Remote::Remote(Loop& loop, std::string socket) : loop_(loop), socket_(std::move(socket)) {}

Remote::~Remote() {
  disconnect("");
  for (spa_source* timer : {timer_, defaultsTimer_}) {
    if (timer != nullptr) pw_loop_destroy_source(loop_.loop(), timer);
  }
}

void Remote::listen(RemoteListener* listener) {
  listeners_.insert(listener);
  if (core_ == nullptr) {
    if (listeners_.size() == 1 || problem_.empty()) connect();
    else listener->onLost(problem_);
    return;
  }
  listener->onConnected();
  for (const auto& [id, object] : objects_) {
    if (object->told) listener->onObject(object->kind, id, object->properties);
  }
  for (const auto& [key, name] : defaults_) listener->onDefault(key, name);
  if (syncs_ >= kSyncs) listener->onSynced();
}

void Remote::unlisten(RemoteListener* listener) {
  if (listeners_.erase(listener) == 0 || !listeners_.empty()) return;
  // Nobody is left: a connection without users would be notified about every click of a volume knob.
  disconnect("");
  // The next user is notified of the error, though it has not changed.
  problem_.clear();
  if (timer_ != nullptr) pw_loop_update_timer(loop_.loop(), timer_, nullptr, nullptr, false);
}

void Remote::connect() {
  if (core_ != nullptr || listeners_.empty()) return;
  core_ = connectTo(loop_.context(), socket_);
  if (core_ == nullptr) {
    const bool absent = errno == EHOSTDOWN || errno == ENOENT || errno == ECONNREFUSED;
    const std::string problem = absent ? "PipeWire does not run here" : std::string("PipeWire does not answer: ") + strerror(errno);
    if (problem != problem_) {
      problem_ = problem;
      each([&](RemoteListener* listener) { listener->onLost(problem); });
    }
    retryLater();
    return;
  }
  problem_.clear();
  lost_ = false;
  syncs_ = 0;
  pw_core_add_listener(core_, &coreHook_, &coreEvents, this);
  registry_ = pw_core_get_registry(core_, PW_VERSION_REGISTRY, 0);
  pw_registry_add_listener(registry_, &registryHook_, &registryEvents, this);
  syncSequence_ = pw_core_sync(core_, PW_ID_CORE, 0);
  each([](RemoteListener* listener) { listener->onConnected(); });
}

void Remote::disconnect(const std::string& problem) {
  // Listeners leave when they are notified, and the last one that leaves ends the connection: once.
  if (core_ == nullptr || disconnecting_) return;
  disconnecting_ = true;
  problem_ = problem;
  each([&](RemoteListener* listener) { listener->onLost(problem); });
  objects_.clear();
  ports_.clear();
  defaults_.clear();
  unbindMetadata();
  metadataId_ = PW_ID_ANY;
  spa_hook_remove(&registryHook_);
  pw_proxy_destroy(reinterpret_cast<pw_proxy*>(registry_));
  registry_ = nullptr;
  spa_hook_remove(&coreHook_);
  pw_core_disconnect(core_);
  core_ = nullptr;
  lost_ = false;
  disconnecting_ = false;
  if (!listeners_.empty()) retryLater();
}

void Remote::retryLater() {
  if (timer_ == nullptr) {
    timer_ = pw_loop_add_timer(loop_.loop(), [](void* data, uint64_t) { static_cast<Remote*>(data)->connect(); }, this);
  }
  timespec delay = kRetry;
  pw_loop_update_timer(loop_.loop(), timer_, &delay, nullptr, false);
}

void Remote::add(uint32_t id, const char* type, const spa_dict* props) {
  if (strcmp(type, PW_TYPE_INTERFACE_Port) == 0) {
    const std::string monitor = valueOf(props, PW_KEY_PORT_MONITOR);
    const bool output = valueOf(props, PW_KEY_PORT_DIRECTION) == "out";
    ports_[id] = {id, numberOf(props, PW_KEY_NODE_ID), output, monitor == "true", valueOf(props, PW_KEY_AUDIO_CHANNEL)};
    each([](RemoteListener* listener) { listener->onPortsChanged(); });
    return;
  }
  if (strcmp(type, PW_TYPE_INTERFACE_Metadata) == 0) {
    if (metadata_ != nullptr || valueOf(props, PW_KEY_METADATA_NAME) != "default") return;
    metadataId_ = id;
    bindMetadata();
    return;
  }
  const bool isNode = strcmp(type, PW_TYPE_INTERFACE_Node) == 0;
  if (!isNode && strcmp(type, PW_TYPE_INTERFACE_Client) != 0) return;
  if (isNode && !isMedia(valueOf(props, PW_KEY_MEDIA_CLASS))) return;
  const uint32_t version = isNode ? PW_VERSION_NODE : PW_VERSION_CLIENT;
  auto* proxy = static_cast<pw_proxy*>(pw_registry_bind(registry_, id, type, version, 0));
  if (proxy == nullptr) return;
  auto object = std::make_unique<Object>(*this, isNode ? "node" : "client", id, proxy);
  if (isNode) pw_node_add_listener(reinterpret_cast<pw_node*>(proxy), &object->hook, &nodeEvents, object.get());
  else pw_client_add_listener(reinterpret_cast<pw_client*>(proxy), &object->hook, &clientEvents, object.get());
  objects_[id] = std::move(object);
}

/** All of it is reported again. */
void Remote::bindMetadata() {
  metadata_ = static_cast<pw_metadata*>(pw_registry_bind(registry_, metadataId_, PW_TYPE_INTERFACE_Metadata, PW_VERSION_METADATA, 0));
  if (metadata_ != nullptr) pw_metadata_add_listener(metadata_, &metadataHook_, &metadataEvents, this);
}

void Remote::unbindMetadata() {
  if (metadata_ == nullptr) return;
  spa_hook_remove(&metadataHook_);
  pw_proxy_destroy(reinterpret_cast<pw_proxy*>(metadata_));
  metadata_ = nullptr;
}

void Remote::devicesChanged() {
  defaultsReads_ = 0;
  readDefaultsLater();
}

void Remote::readDefaultsLater() {
  if (defaultsTimer_ == nullptr) {
    defaultsTimer_ = pw_loop_add_timer(loop_.loop(), [](void* data, uint64_t) { static_cast<Remote*>(data)->readDefaults(); }, this);
  }
  timespec delay = kReadDefaults;
  pw_loop_update_timer(loop_.loop(), defaultsTimer_, &delay, nullptr, false);
}

void Remote::readDefaults() {
  if (core_ == nullptr || metadata_ == nullptr || defaultsReads_ >= kDefaultsReads) return;
  if (defaultsReads_ > 0 && knowsDefaults()) return;
  defaultsReads_++;
  unbindMetadata();
  bindMetadata();
  readDefaultsLater();
}

/** Whether each default is the name of a node that is there. */
bool Remote::knowsDefaults() const {
  std::set<std::string> names;
  for (const auto& [id, object] : objects_) {
    const auto name = object->properties.find(PW_KEY_NODE_NAME);
    if (name != object->properties.end()) names.insert(name->second);
  }
  for (const auto& [key, name] : defaults_) {
    if (!name.empty() && names.count(name) == 0) return false;
  }
  return true;
}

void Remote::remove(uint32_t id) {
  if (ports_.erase(id) > 0) {
    each([](RemoteListener* listener) { listener->onPortsChanged(); });
    return;
  }
  if (id == metadataId_) {
    unbindMetadata();
    metadataId_ = PW_ID_ANY;
    return;
  }
  const auto found = objects_.find(id);
  if (found == objects_.end()) return;
  const bool told = found->second->told;
  const bool device = isDevice(found->second->properties);
  objects_.erase(found);
  if (device) devicesChanged();
  if (told) each([&](RemoteListener* listener) { listener->onGone(id); });
}

void Remote::setProperties(Object& object, const spa_dict* props) {
  if (props == nullptr) return;
  Properties next;
  const spa_dict_item* item;
  spa_dict_for_each(item, props) {
    if (item->key != nullptr && item->value != nullptr) next[item->key] = item->value;
  }
  if (object.told && next == object.properties) return;
  object.properties = std::move(next);
  if (!object.told && isDevice(object.properties)) devicesChanged();
  object.told = true;
  each([&](RemoteListener* listener) { listener->onObject(object.kind, object.id, object.properties); });
}

void Remote::each(const std::function<void(RemoteListener*)>& tell) {
  // A listener may leave, or add others, while it is notified.
  const std::vector<RemoteListener*> now(listeners_.begin(), listeners_.end());
  for (RemoteListener* listener : now) {
    if (listeners_.count(listener) > 0) tell(listener);
  }
}

}  // namespace ami::pipewire
