#include "pipewire-stream.h"

#include <spa/param/param.h>

#include <cerrno>
#include <cstring>

#include "pipewire-loop.h"

namespace ami::pipewire {

const pw_stream_events Stream::events = [] {
  pw_stream_events events{};
  events.version = PW_VERSION_STREAM_EVENTS;
  events.state_changed = [](void* data, pw_stream_state, pw_stream_state state, const char* error) {
    auto* stream = static_cast<Stream*>(data);
    if (state == PW_STREAM_STATE_ERROR) {
      stream->tellState("error", error == nullptr ? "" : error);
      return;
    }
    stream->tellState(pw_stream_state_as_string(state));
    stream->onState(state);
  };
  events.param_changed = [](void* data, uint32_t id, const spa_pod* param) {
    if (id == SPA_PARAM_Format && param != nullptr) static_cast<Stream*>(data)->onFormat(param);
  };
  events.io_changed = [](void* data, uint32_t id, void* area, uint32_t) { static_cast<Stream*>(data)->onArea(id, area); };
  events.process = [](void* data) { static_cast<Stream*>(data)->onProcess(); };
  return events;
}();

pw_core* Stream::openConnection() {
  if (!connection_.handed()) {
    remote_.listen(this);
    if (remote_.core() == nullptr) return nullptr;
  }
  return connection_.open(loop_.context(), remote_.socket(), [this] {
    tellState("error", connection_.handed() ? "the connection for this screen has ended" : "PipeWire has ended");
  });
}

void Stream::connect(const std::string& name, pw_properties* properties, pw_direction direction, uint32_t target, int flags,
                     const spa_pod** params, uint32_t count) {
  pw_core* core = openConnection();
  if (core == nullptr) {
    pw_properties_free(properties);
    tellState("error", "PipeWire is not connected");
    return;
  }
  stream_ = pw_stream_new(core, name.c_str(), properties);
  if (stream_ == nullptr) {
    tellState("error", strerror(errno));
    return;
  }
  pw_stream_add_listener(stream_, &hook_, &events, this);
  const int result = pw_stream_connect(stream_, direction, target, static_cast<pw_stream_flags>(flags), params, count);
  if (result < 0) tellState("error", strerror(-result));
}

void Stream::close() {
  if (stream_ != nullptr) {
    spa_hook_remove(&hook_);
    pw_stream_destroy(stream_);
    stream_ = nullptr;
  }
  connection_.close();
  // Last, for the connection may end with this.
  remote_.unlisten(this);
}

void Stream::onLost(const std::string& problem) {
  close();
  tellState("error", problem);
}

void Stream::tellState(const char* state, const std::string& problem) {
  tell_({{"kind", std::string("state")}, {"state", std::string(state)}, {"problem", problem}});
}

pw_properties* streamProperties(const char* type, const char* category, const std::string& name) {
  pw_properties* properties = pw_properties_new(PW_KEY_MEDIA_TYPE, type, PW_KEY_MEDIA_CATEGORY, category, PW_KEY_MEDIA_ROLE, "Production",
                                                PW_KEY_APP_NAME, "AMI Streams", PW_KEY_NODE_NAME, "ami-streams", nullptr);
  pw_properties_set(properties, PW_KEY_NODE_DESCRIPTION, name.c_str());
  // A device that goes is waited for; the session manager would put another in its place, and would do so again next time.
  pw_properties_set(properties, PW_KEY_NODE_DONT_RECONNECT, "true");
  pw_properties_set(properties, "state.restore-target", "false");
  return properties;
}

}  // namespace ami::pipewire
