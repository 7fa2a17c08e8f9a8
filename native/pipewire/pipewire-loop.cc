#include "pipewire-loop.h"

#include <cerrno>
#include <cstring>

#include "remote.h"

namespace ami::pipewire {

namespace {
std::mutex sharedMutex;
std::weak_ptr<Loop> sharedLoop;
}  // namespace

std::shared_ptr<Loop> Loop::shared(std::string& error) {
  const std::lock_guard lock(sharedMutex);
  if (auto running = sharedLoop.lock()) return running;
  std::shared_ptr<Loop> loop(new Loop());
  if (!loop->start(error)) return nullptr;
  sharedLoop = loop;
  return loop;
}

void Loop::haltShared() {
  std::shared_ptr<Loop> running;
  {
    const std::lock_guard lock(sharedMutex);
    running = sharedLoop.lock();
  }
  if (running) running->halt();
}

bool Loop::start(std::string& error) {
  static std::once_flag once;
  std::call_once(once, [] { pw_init(nullptr, nullptr); });
  thread_ = pw_thread_loop_new("studio-pipewire", nullptr);
  if (thread_ == nullptr) {
    error = std::string("PipeWire's loop cannot be made: ") + strerror(errno);
    return false;
  }
  loop_ = pw_thread_loop_get_loop(thread_);
  // Audio is handed over on a thread of its own, which asks for real-time priority: an encoder takes all it can of the others.
  context_ = pw_context_new(loop_, pw_properties_new(PW_KEY_CONFIG_NAME, "client-rt.conf", PW_KEY_APP_NAME, "AMI Streams", nullptr), 0);
  if (context_ == nullptr) context_ = pw_context_new(loop_, pw_properties_new(PW_KEY_APP_NAME, "AMI Streams", nullptr), 0);
  if (context_ == nullptr) {
    error = std::string("PipeWire's context cannot be made: ") + strerror(errno);
    return false;
  }
  wake_ = pw_loop_add_event(loop_, [](void* data, uint64_t) { static_cast<Loop*>(data)->runTasks(); }, this);
  if (wake_ == nullptr || pw_thread_loop_start(thread_) != 0) {
    error = std::string("PipeWire's thread cannot be started: ") + strerror(errno);
    return false;
  }
  return true;
}

Remote& Loop::remote(const std::string& socket) {
  const std::lock_guard lock(remotesMutex_);
  auto& remote = remotes_[socket];
  if (!remote) remote = std::make_unique<Remote>(*this, socket);
  return *remote;
}

void Loop::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (!halted_) {
      tasks_.push_back(std::move(task));
      pw_loop_signal_event(loop_, wake_);
      return;
    }
  }
  task();
}

void Loop::runTasks() {
  for (;;) {
    std::function<void()> task;
    {
      const std::lock_guard lock(mutex_);
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

void Loop::halt() {
  {
    const std::lock_guard lock(mutex_);
    if (halted_) return;
  }
  if (thread_ != nullptr) pw_thread_loop_stop(thread_);
  // Nobody else runs by now: what was asked for is done here.
  runTasks();
  const std::lock_guard lock(mutex_);
  halted_ = true;
}

Loop::~Loop() {
  halt();
  remotes_.clear();
  if (context_ != nullptr) pw_context_destroy(context_);
  if (thread_ != nullptr) pw_thread_loop_destroy(thread_);
}

}  // namespace ami::pipewire
