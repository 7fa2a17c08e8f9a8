#pragma once
#include <algorithm>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "capture/wake-event.h"

namespace ami {

/** What JavaScript asks a clipboard for, done by the clipboard's own thread, which a file descriptor wakes. */
class ClipboardTasks {
 public:
  ClipboardTasks() = default;
  ClipboardTasks(const ClipboardTasks&) = delete;
  ClipboardTasks& operator=(const ClipboardTasks&) = delete;

  /** Can be read when there are tasks, or the thread is to end. */
  int wakeFd() const { return wake_.fd(); }

  /** `ofOffer`: it is of what is offered, without a meaning once something else is. */
  void post(std::function<void()> run, bool ofOffer) {
    {
      const std::lock_guard lock(mutex_);
      if (tasks_.size() >= kMostTasks) return;
      tasks_.push_back({std::move(run), ofOffer});
    }
    wake_.wake();
  }

  /**
   * Drops the tasks of what was offered before, calls `claim`, and adds the task that it returns, if there is one. The thread gets no task
   * meanwhile: whoever asks for the clipboard after `claim` is answered by what is offered now.
   */
  template <class Claim>
  void offer(const Claim& claim) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.erase(std::remove_if(tasks_.begin(), tasks_.end(), [](const Task& task) { return task.ofOffer; }), tasks_.end());
      std::function<void()> run = claim();
      if (run) tasks_.push_back({std::move(run), true});
    }
    wake_.wake();
  }

  /** Calls `use` while no offer is made: of what `claim` uses, too. */
  template <class Use>
  auto locked(const Use& use) {
    const std::lock_guard lock(mutex_);
    return use();
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.wake();
  }

  // For the clipboard's thread.

  bool stopping() {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }

  void run() {
    std::vector<Task> tasks;
    {
      const std::lock_guard lock(mutex_);
      tasks.swap(tasks_);
    }
    for (const Task& task : tasks) task.run();
  }

  /** After a wait: the next one is for what comes from now on. */
  void clearWake() { wake_.clear(); }

 private:
  /** Of a server that hangs; more is dropped. */
  static constexpr size_t kMostTasks = 1000;

  struct Task {
    std::function<void()> run;
    bool ofOffer;
  };

  const WakeEvent wake_;
  std::mutex mutex_;
  bool stopping_ = false;
  std::vector<Task> tasks_;
};

}  // namespace ami
