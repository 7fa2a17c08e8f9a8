#pragma once
#include "message.h"
#include "remote.h"

namespace ami::pipewire {

/** Tells JavaScript what there is on one PipeWire, and whether it runs. */
class Session final : public RemoteListener {
 public:
  Session(Remote& remote, Tell tell) : remote_(remote), tell_(std::move(tell)) {}

  // On the loop's thread.
  void open();
  void close();

  void onConnected() override;
  void onLost(const std::string& problem) override;
  void onSynced() override;
  void onObject(const char* kind, uint32_t id, const Properties& properties) override;
  void onGone(uint32_t id) override;
  void onDefault(const std::string& key, const std::string& node) override;

 private:
  Remote& remote_;
  const Tell tell_;
};

}  // namespace ami::pipewire
