#pragma once
// Brings messages from PipeWire's threads to a function of JavaScript.
#include <napi.h>

#include <atomic>
#include <memory>

#include "message.h"

namespace ami::pipewire {

/** Does not keep the process alive. After `mute`, which JavaScript's thread calls, nothing more is told. */
class Teller {
 public:
  Teller(Napi::Env env, Napi::Function listener);
  ~Teller();
  Teller(const Teller&) = delete;
  Teller& operator=(const Teller&) = delete;

  void tell(Message message);
  void mute() { muted_->store(true); }

 private:
  Napi::ThreadSafeFunction call_;
  const std::shared_ptr<std::atomic<bool>> muted_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace ami::pipewire
