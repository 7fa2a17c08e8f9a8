#include "application-links.h"

#include <string>

namespace ami::pipewire {

namespace {

enum Sides { kLeft = 1, kRight = 2, kBoth = 3 };

/** Where a channel belongs in stereo; `position` counts the ports of a node whose channels have no name. */
Sides sidesOf(const std::string& channel, int position) {
  if (channel == "MONO" || channel == "FC" || channel == "LFE" || channel == "RC" || channel == "TC") return kBoth;
  if (channel.empty() || channel.rfind("AUX", 0) == 0 || channel == "UNK") return position % 2 == 0 ? kLeft : kRight;
  // FL, SL, RL, FLC, TFL, ...
  return channel.find('L') != std::string::npos ? kLeft : kRight;
}

}  // namespace

struct ApplicationLinks::Link {
  Link(pw_core* core, const Port& from, const Port& to) {
    pw_properties* properties = pw_properties_new(PW_KEY_OBJECT_LINGER, "false", nullptr);
    pw_properties_setf(properties, PW_KEY_LINK_OUTPUT_NODE, "%u", from.node);
    pw_properties_setf(properties, PW_KEY_LINK_OUTPUT_PORT, "%u", from.id);
    pw_properties_setf(properties, PW_KEY_LINK_INPUT_NODE, "%u", to.node);
    pw_properties_setf(properties, PW_KEY_LINK_INPUT_PORT, "%u", to.id);
    proxy = static_cast<pw_proxy*>(
        pw_core_create_object(core, "link-factory", PW_TYPE_INTERFACE_Link, PW_VERSION_LINK, &properties->dict, 0));
    pw_properties_free(properties);
    if (proxy != nullptr) pw_proxy_add_listener(proxy, &hook, &events, this);
  }
  ~Link() {
    if (proxy == nullptr) return;
    spa_hook_remove(&hook);
    pw_proxy_destroy(proxy);
  }

  static const pw_proxy_events events;
  pw_proxy* proxy = nullptr;
  spa_hook hook{};
  /** Rejected, or removed by somebody: made again when ports change. */
  bool broken = false;
};

const pw_proxy_events ApplicationLinks::Link::events = [] {
  pw_proxy_events events{};
  events.version = PW_VERSION_PROXY_EVENTS;
  events.removed = [](void* data) { static_cast<Link*>(data)->broken = true; };
  events.error = [](void* data, int, int, const char*) { static_cast<Link*>(data)->broken = true; };
  return events;
}();

ApplicationLinks::ApplicationLinks(Remote& remote) : remote_(remote) {}

ApplicationLinks::~ApplicationLinks() = default;

void ApplicationLinks::setInput(uint32_t node) {
  input_ = node;
  follow();
}

void ApplicationLinks::setOutputs(std::set<uint32_t> nodes) {
  outputs_ = std::move(nodes);
  follow();
}

void ApplicationLinks::follow() {
  std::set<std::pair<uint32_t, uint32_t>> wanted;
  std::map<uint32_t, int> positions;
  if (input_ != PW_ID_ANY && remote_.core() != nullptr) {
    for (const auto& [id, from] : remote_.ports()) {
      if (!from.output || from.monitor || outputs_.count(from.node) == 0) continue;
      const Sides sides = sidesOf(from.channel, positions[from.node]++);
      for (const auto& [inputId, to] : remote_.ports()) {
        if (to.output || to.node != input_) continue;
        if (sides & (to.channel == "FR" ? kRight : kLeft)) wanted.insert({id, inputId});
      }
    }
  }
  for (auto link = links_.begin(); link != links_.end();) {
    link = link->second->broken || wanted.count(link->first) == 0 ? links_.erase(link) : std::next(link);
  }
  for (const auto& pair : wanted) {
    if (links_.count(pair) > 0) continue;
    links_[pair] = std::make_unique<Link>(remote_.core(), remote_.ports().at(pair.first), remote_.ports().at(pair.second));
  }
}

}  // namespace ami::pipewire
