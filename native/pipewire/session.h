#pragma once
#include "message.h"
#include "remote.h"

namespace ami::pipewire {

class Loop;

/** Tells JavaScript what there is on the user's PipeWire, and whether there is one. */
class Session final : public RemoteListener {
 public:
  Session(Loop& loop, Tell tell) : loop_(loop), tell_(std::move(tell)) {}

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
  Loop& loop_;
  const Tell tell_;
};

}  // namespace ami::pipewire
