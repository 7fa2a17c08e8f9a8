#pragma once
// Audio that comes in: a microphone, what a speaker plays, what an application plays.
#include <memory>
#include <set>
#include <string>

#include "application-links.h"
#include "media-store/audio-store.h"
#include "pipewire-stream.h"

namespace ami::pipewire {

struct AudioInputOptions {
  /** What people see of it in their mixers. */
  std::string name;
  /** `object.serial` of a microphone or a speaker; empty: nodes are named later. */
  std::string target;
  /** The target is a speaker, what it plays is captured. */
  bool monitor = false;
  /** Full path of the socket of its PipeWire; empty: the user's own. */
  std::string server;
  /** Does not keep the target running: nothing comes while no program plays there. */
  bool passive = false;
};

/** Writes stereo into a store, on PipeWire's real-time thread: nothing is allocated and nobody waits there. */
class AudioInput final : public Stream {
 public:
  AudioInput(Loop& loop, AudioInputOptions options, std::shared_ptr<AudioStore> store, Tell tell);

  void open() override;
  void close() override;
  /** Nodes that are heard, where the options name no target. */
  void setNodes(std::set<uint32_t> nodes) { links_.setOutputs(std::move(nodes)); }

  void onPortsChanged() override { links_.follow(); }

 private:
  void onProcess() override;
  void onState(pw_stream_state state) override;

  const AudioInputOptions options_;
  const std::shared_ptr<AudioStore> store_;
  ApplicationLinks links_;
};

}  // namespace ami::pipewire
