#include "capture.h"

#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include "capture-session.h"

namespace x11 {

using ami::CaptureOrder;
using ami::CaptureReport;

namespace {

/** Between attempts to reach a server. Looking for its socket costs nothing. */
constexpr int64_t kRetryUs = 500'000;
/** One that rejects us is asked less often: it logs that each time. */
constexpr int64_t kRefusedRetryUs = 5'000'000;

}  // namespace

std::shared_ptr<ami::CaptureThread> makeCapture(const CaptureOrder& order, std::unique_ptr<ami::FrameStore> store,
                                                ami::CaptureThread::OnChange onChange) {
  return std::make_shared<Capture>(order, std::move(store), std::move(onChange));
}

Capture::Capture(const CaptureOrder& order, std::unique_ptr<ami::FrameStore> store, OnChange onChange)
    : CaptureThread(order, std::move(store), std::move(onChange)) {}

void Capture::wake() { wake_.wake(); }

void Capture::interrupt() {
  const std::lock_guard<std::mutex> lock(socketMutex_);
  if (socket_ >= 0) shutdown(socket_, SHUT_RDWR);
}

void Capture::setSocket(int socket) {
  const std::lock_guard<std::mutex> lock(socketMutex_);
  socket_ = socket;
}

void Capture::sleepUntil(int64_t timeUs, int socket) {
  awaits(false);
  pollfd waits[2] = {{wake_.fd(), POLLIN, 0}, {socket, POLLIN, 0}};
  const int64_t left = timeUs == kNever ? 0 : std::max<int64_t>(0, timeUs - ami::nowUs());
  const timespec time = {left / 1'000'000, left % 1'000'000 * 1000};
  if (!stopping()) ppoll(waits, socket >= 0 ? 2 : 1, timeUs == kNever ? nullptr : &time, nullptr);
  wake_.clear();
  awaits(true);
}

void Capture::waitForServer(const std::string& server, int64_t pauseUs) {
  const int64_t until = ami::nowUs() + pauseUs;
  CaptureOrder order;
  uint64_t known = 0;
  do {
    sleepUntil(until, -1);
    takeOrder(order, known);
  } while (!stopping() && order.server == server && ami::nowUs() < until);
}

void Capture::run() {
  pthread_setname_np(pthread_self(), "x11-capture");
  while (!stopping()) {
    CaptureOrder order;
    uint64_t known = 0;
    takeOrder(order, known);
    awaits(true);
    Rejection why = Rejection::none;
    auto connection = XConnection::open(order.server, why, order.authority);
    CaptureReport report;
    if (!connection) {
      const bool hopeless = why == Rejection::badName || why == Rejection::noScreen;
      report.fail(hopeless ? CaptureReport::State::failed : CaptureReport::State::waiting, wordOf(why), order.server);
      tell(report);
      waitForServer(order.server, why == Rejection::noServer ? kRetryUs : kRefusedRetryUs);
      continue;
    }
    setSocket(connection->fd());
    const bool lost = CaptureSession(*this, *connection, order.server).run();
    setSocket(-1);
    // Whatever was shown is no more: an old frame would pass for a live one.
    store().clear();
    if (!lost || stopping()) continue;
    report.fail(CaptureReport::State::waiting, "server-lost", order.server);
    tell(report);
    waitForServer(order.server, kRetryUs / 2);
  }
  store().clear();
  awaits(false);
}

}  // namespace x11
