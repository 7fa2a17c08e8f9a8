#pragma once
// The one thread on which this process talks to PipeWire.
#include <pipewire/pipewire.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace ami::pipewire {

class Remote;

/**
 * PipeWire's loop in a thread of its own, with a context. Everything of PipeWire is made, used and destroyed on it; other threads
 * hand it tasks and never wait. Objects of JavaScript share it: it ends with the last of them, or with their environment.
 */
class Loop {
 public:
  /** Of this process; started if it does not run. Null with a sentence in `error` if the system denies it. */
  static std::shared_ptr<Loop> shared(std::string& error);
  /** Ends the thread of the loop that runs, if any: JavaScript is about to go. */
  static void haltShared();

  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /** Runs a task on the loop's thread, in order. Tasks given after the thread ended run at once. */
  void post(std::function<void()> task);

  /** The PipeWire at that socket, by its full path; empty: the user's own. It lives as long as the loop; use it on the loop's thread. */
  Remote& remote(const std::string& socket);

  // On the loop's thread.
  pw_loop* loop() const { return loop_; }
  pw_context* context() const { return context_; }

 private:
  Loop() = default;
  bool start(std::string& error);
  void halt();
  void runTasks();

  pw_thread_loop* thread_ = nullptr;
  pw_loop* loop_ = nullptr;
  pw_context* context_ = nullptr;
  spa_source* wake_ = nullptr;
  std::mutex remotesMutex_;
  std::map<std::string, std::unique_ptr<Remote>> remotes_;
  std::mutex mutex_;
  std::deque<std::function<void()>> tasks_;
  bool halted_ = false;
};

}  // namespace ami::pipewire
