#include "capture.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <limits>
#include <thread>

#include "capture-session.h"
#include "media-store/monotonic.h"

namespace x11 {

namespace {

/** Between attempts to reach a server. Looking for its socket costs nothing. */
constexpr int64_t kRetryUs = 500'000;
/** One that refuses us is asked less often: it writes that down each time. */
constexpr int64_t kRefusedRetryUs = 5'000'000;

}  // namespace

std::shared_ptr<Capture> Capture::start(const Order& order, std::unique_ptr<ami::FrameStore> store, std::function<void(bool ended)> onChange) {
  std::shared_ptr<Capture> capture(new Capture(order, std::move(store), std::move(onChange)));
  std::thread([capture] {
    pthread_setname_np(pthread_self(), "x11-capture");
    capture->run();
    capture->ended_.store(true);
    capture->onChange_(true);
  }).detach();
  return capture;
}

Capture::Capture(const Order& order, std::unique_ptr<ami::FrameStore> store, std::function<void(bool ended)> onChange)
    : order_(order), onChange_(std::move(onChange)), wakeFd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), store_(std::move(store)) {}

Capture::~Capture() {
  if (wakeFd_ >= 0) close(wakeFd_);
}

void Capture::update(const Order& order) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    order_ = order;
    orderNumber_++;
  }
  wake();
}

void Capture::stop() {
  stopping_.store(true);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    // Ends the wait for a server that hangs.
    if (socket_ >= 0) shutdown(socket_, SHUT_RDWR);
  }
  wake();
}

Report Capture::report() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return report_;
}

Statistics Capture::statistics() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  Statistics now = statistics_;
  const int64_t asked = askedUs_.load();
  now.awaitingUs = asked == 0 ? 0 : ami::nowUs() - asked;
  return now;
}

void Capture::tell(const Report& report) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (report == report_) return;
    report_ = report;
  }
  onChange_(false);
}

void Capture::wake() {
  const uint64_t one = 1;
  const ssize_t written = write(wakeFd_, &one, sizeof one);
  (void)written;
}

void Capture::sleepUntil(int64_t timeUs, int socket) {
  askedUs_.store(0);
  pollfd waits[2] = {{wakeFd_, POLLIN, 0}, {socket, POLLIN, 0}};
  const bool forever = timeUs == std::numeric_limits<int64_t>::max();
  const int64_t left = forever ? 0 : std::max<int64_t>(0, timeUs - ami::nowUs());
  const timespec time = {left / 1'000'000, left % 1'000'000 * 1000};
  if (!stopping_.load()) ppoll(waits, socket >= 0 ? 2 : 1, forever ? nullptr : &time, nullptr);
  uint64_t count;
  const ssize_t drained = read(wakeFd_, &count, sizeof count);
  (void)drained;
  askedUs_.store(ami::nowUs());
}

void Capture::run() {
  while (!stopping_.load()) {
    std::string server;
    uint64_t number = 0;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      server = order_.server;
      number = orderNumber_;
    }
    Refusal why = Refusal::none;
    askedUs_.store(ami::nowUs());
    auto connection = XConnection::open(server, why);
    if (!connection) {
      Report report;
      report.state = why == Refusal::badName || why == Refusal::noScreen ? Report::State::failed : Report::State::waiting;
      report.reason = wordOf(why);
      report.detail = server;
      tell(report);
      const int64_t until = ami::nowUs() + (why == Refusal::noServer ? kRetryUs : kRefusedRetryUs);
      bool changed = false;
      while (!changed && !stopping_.load() && ami::nowUs() < until) {
        sleepUntil(until, -1);
        const std::lock_guard<std::mutex> lock(mutex_);
        changed = number != orderNumber_ && order_.server != server;
      }
      continue;
    }
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      socket_ = connection->fd();
    }
    const bool lost = CaptureSession(*this, *connection, server).run();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      socket_ = -1;
    }
    // Whatever was shown is no more: an old picture would pass for a live one.
    store_->clear();
    if (!lost || stopping_.load()) continue;
    Report report;
    report.state = Report::State::waiting;
    report.reason = "server-lost";
    report.detail = server;
    tell(report);
    sleepUntil(ami::nowUs() + kRetryUs / 2, -1);
  }
  store_->clear();
}

}  // namespace x11
