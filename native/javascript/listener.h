#pragma once
// A function of JavaScript that any thread may call, until JavaScript goes.
#include <napi.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>

namespace ami {

/**
 * Hands objects to a JavaScript function, in order, without waiting. Does not keep the process alive. The runtime frees its end when it
 * shuts down, even while ours is in use: from then on nothing is handed over, and nothing of the runtime is touched.
 */
class Listener {
 public:
  /** Fills an object on JavaScript's thread. */
  using Fill = std::function<void(Napi::Env, Napi::Object)>;

  Listener(Napi::Env env, Napi::Function function, const char* name) {
    const auto gone = [state = state_](Napi::Env) {
      const std::lock_guard lock(state->mutex);
      state->gone = true;
    };
    state_->call = Napi::ThreadSafeFunction::New(env, function, name, 0, 1, gone);
    state_->call.Unref(env);
  }

  ~Listener() {
    const std::lock_guard lock(state_->mutex);
    if (!state_->gone) state_->call.Release();
    state_->gone = true;
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /** From any thread. */
  void tell(Fill fill) {
    const std::lock_guard lock(state_->mutex);
    if (state_->gone) return;
    const auto status = state_->call.NonBlockingCall([fill = std::move(fill), state = state_](Napi::Env env, Napi::Function function) {
      if (env == nullptr || state->muted) return;
      const Napi::Object object = Napi::Object::New(env);
      fill(env, object);
      function.Call({object});
    });
    if (status == napi_closing) state_->gone = true;
  }

  /** From any thread: there is something to look at, whatever it is. One call at most waits; it is without arguments. */
  void notice() {
    const std::lock_guard lock(state_->mutex);
    if (state_->gone || state_->noticed) return;
    state_->noticed = true;
    const auto status = state_->call.NonBlockingCall([state = state_](Napi::Env env, Napi::Function function) {
      {
        const std::lock_guard lock(state->mutex);
        state->noticed = false;
      }
      if (env != nullptr && !state->muted) function.Call(std::initializer_list<napi_value>{});
    });
    if (status == napi_closing) state_->gone = true;
  }

  /** On JavaScript's thread: what was reported and not handed over is dropped, and so is what comes. */
  void mute() { state_->muted = true; }

 private:
  struct State {
    std::mutex mutex;
    Napi::ThreadSafeFunction call;
    bool gone = false;
    /** A call of `notice` waits. */
    bool noticed = false;
    /** JavaScript's thread alone looks at it. */
    bool muted = false;
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

/** What a thread calls when there is something new to look at, and a last time when it has ended: it releases the function then. */
inline std::function<void(bool ended)> noticeTo(Napi::Env env, Napi::Function function, const char* name) {
  return [listener = std::make_shared<Listener>(env, function, name)](bool ended) mutable {
    if (!listener) return;
    listener->notice();
    if (ended) listener.reset();
  };
}

}  // namespace ami
