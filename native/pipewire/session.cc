#include "session.h"

namespace ami::pipewire {

void Session::open() { remote_.listen(this); }

void Session::close() { remote_.unlisten(this); }

void Session::onConnected() { tell_({{"kind", std::string("connected")}}); }

void Session::onLost(const std::string& problem) { tell_({{"kind", std::string("lost")}, {"problem", problem}}); }

void Session::onSynced() { tell_({{"kind", std::string("synced")}}); }

void Session::onObject(const char* kind, uint32_t id, const Properties& properties) {
  tell_({{"kind", std::string(kind)}, {"id", static_cast<double>(id)}, {"properties", properties}});
}

void Session::onGone(uint32_t id) { tell_({{"kind", std::string("gone")}, {"id", static_cast<double>(id)}}); }

void Session::onDefault(const std::string& key, const std::string& node) {
  tell_({{"kind", std::string("default")}, {"of", key}, {"node", node}});
}

}  // namespace ami::pipewire
