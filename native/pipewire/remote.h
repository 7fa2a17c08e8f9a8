#pragma once
// A connection to a PipeWire daemon, and what the daemon says that there is.
#include <pipewire/extensions/metadata.h>
#include <pipewire/pipewire.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "message.h"

namespace ami::pipewire {

class Loop;

/** A port of a node, as links need it. */
struct Port {
  uint32_t id;
  uint32_t node;
  bool output;
  bool monitor;
  /** `FL`, `MONO`, ...; empty where unknown. */
  std::string channel;
};

/** Called on the loop's thread. */
class RemoteListener {
 public:
  virtual ~RemoteListener() = default;
  virtual void onConnected() {}
  /** Whatever was made of the connection is to be destroyed before this returns. */
  virtual void onLost(const std::string& problem) {}
  /** All present objects were reported. */
  virtual void onSynced() {}
  /** A node or a client, once its properties are known, and again when they change. `kind`: `node`, `client`. */
  virtual void onObject(const char* kind, uint32_t id, const Properties& properties) {}
  virtual void onGone(uint32_t id) {}
  virtual void onPortsChanged() {}
  /** The system's choice changed: `default.audio.sink` and the like, to a node's name. */
  virtual void onDefault(const std::string& key, const std::string& node) {}
};

/**
 * One connection, shared by all who look what there is: it is made while somebody listens, and made again twice a second while the daemon is away. All
 * methods belong to the loop's thread.
 */
class Remote {
 public:
  /** `socket`: full path of the socket of the daemon; empty: the user's own. */
  Remote(Loop& loop, std::string socket);
  ~Remote();
  Remote(const Remote&) = delete;
  Remote& operator=(const Remote&) = delete;

  /** Tells the newcomer first what is known. */
  void listen(RemoteListener* listener);
  void unlisten(RemoteListener* listener);

  const std::string& socket() const { return socket_; }
  /** Null while there is no connection. */
  pw_core* core() const { return core_; }
  const std::map<uint32_t, Port>& ports() const { return ports_; }

 private:
  struct Object;
  void connect();
  void disconnect(const std::string& problem);
  void retryLater();
  void add(uint32_t id, const char* type, const spa_dict* props);
  void remove(uint32_t id);
  void bindMetadata();
  void unbindMetadata();
  void devicesChanged();
  void readDefaultsLater();
  void readDefaults();
  bool knowsDefaults() const;
  void setProperties(Object& object, const spa_dict* props);
  void each(const std::function<void(RemoteListener*)>& tell);

  static const pw_core_events coreEvents;
  static const pw_registry_events registryEvents;
  static const pw_node_events nodeEvents;
  static const pw_client_events clientEvents;
  static const pw_metadata_events metadataEvents;

  Loop& loop_;
  const std::string socket_;
  pw_core* core_ = nullptr;
  pw_registry* registry_ = nullptr;
  pw_metadata* metadata_ = nullptr;
  uint32_t metadataId_ = PW_ID_ANY;
  spa_hook coreHook_{}, registryHook_{}, metadataHook_{};
  spa_source* timer_ = nullptr;
  spa_source* defaultsTimer_ = nullptr;
  int defaultsReads_ = 0;
  int syncs_ = 0, syncSequence_ = 0;
  bool lost_ = false;
  bool disconnecting_ = false;
  std::string problem_;
  std::set<RemoteListener*> listeners_;
  std::map<uint32_t, std::unique_ptr<Object>> objects_;
  std::map<uint32_t, Port> ports_;
  std::map<std::string, std::string> defaults_;
};

}  // namespace ami::pipewire
