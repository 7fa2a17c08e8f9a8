#pragma once
// Joins what an application plays to a stream of ours, as its outputs come and go.
#include <pipewire/pipewire.h>

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "remote.h"

namespace ami::pipewire {

/**
 * Links every output port of some nodes to the stereo input of one node; PipeWire adds them up. The application goes on playing where
 * it played. Made by hand, because a session manager joins a stream to one node only.
 */
class ApplicationLinks {
 public:
  explicit ApplicationLinks(Remote& remote);
  ~ApplicationLinks();

  /** On the loop's thread: the node that listens (PW_ID_ANY: none), and those that are heard. */
  void setInput(uint32_t node);
  void setOutputs(std::set<uint32_t> nodes);
  /** Ports came or went. */
  void follow();

 private:
  struct Link;
  Remote& remote_;
  uint32_t input_ = PW_ID_ANY;
  std::set<uint32_t> outputs_;
  /** By the ports that they join. */
  std::map<std::pair<uint32_t, uint32_t>, std::unique_ptr<Link>> links_;
};

}  // namespace ami::pipewire
