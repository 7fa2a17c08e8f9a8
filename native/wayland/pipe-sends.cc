#include "pipe-sends.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "media-store/monotonic.h"

namespace wayland {

namespace {

/** A program that takes nothing for so long, or waits for bytes that do not come, is given up. */
constexpr int64_t kSilentSendUs = 10'000'000;
/** Programs that wait or take at a time; a display has a handful. */
constexpr size_t kMostPrograms = 32;

}  // namespace

PipeSends::~PipeSends() {
  for (const Sending& sending : sending_) close(sending.fd);
  for (const Waiting& waiting : waiting_) close(waiting.fd);
}

bool PipeSends::full() const { return sending_.size() + waiting_.size() >= kMostPrograms; }

void PipeSends::send(int fd, Data data) {
  if (full()) {
    close(fd);
    return;
  }
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  sending_.push_back({fd, std::move(data), 0, ami::nowUs()});
}

void PipeSends::sendLater(int fd, const void* source, std::string format) {
  if (full()) close(fd);
  else waiting_.push_back({fd, source, std::move(format), ami::nowUs()});
}

void PipeSends::provide(const void* source, const std::string& format, const Data& data) {
  for (auto each = waiting_.begin(); each != waiting_.end();) {
    const auto waiting = each++;
    if (waiting->source != source || waiting->format != format) continue;
    const int fd = waiting->fd;
    waiting_.erase(waiting);
    send(fd, data);
  }
}

void PipeSends::reject(const void* source) {
  waiting_.remove_if([source](const Waiting& waiting) {
    if (waiting.source != source) return false;
    close(waiting.fd);
    return true;
  });
}

bool PipeSends::write(Sending& sending, int64_t nowUs) {
  while (sending.at < sending.data->size()) {
    const ssize_t bytes = ::write(sending.fd, sending.data->data() + sending.at, sending.data->size() - sending.at);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return errno == EAGAIN;
    sending.at += static_cast<size_t>(bytes);
    sending.sinceUs = nowUs;
  }
  return false;
}

void PipeSends::work() {
  const int64_t nowUs = ami::nowUs();
  const auto isLate = [nowUs](int64_t sinceUs) { return nowUs - sinceUs >= kSilentSendUs; };
  sending_.remove_if([&](Sending& sending) {
    if (write(sending, nowUs) && !isLate(sending.sinceUs)) return false;
    close(sending.fd);
    return true;
  });
  waiting_.remove_if([&](const Waiting& waiting) {
    if (!isLate(waiting.sinceUs)) return false;
    close(waiting.fd);
    return true;
  });
}

int PipeSends::waitsFor(std::vector<pollfd>& waits) const {
  int64_t firstUs = INT64_MAX;
  for (const Sending& sending : sending_) {
    waits.push_back({sending.fd, POLLOUT, 0});
    firstUs = std::min(firstUs, sending.sinceUs);
  }
  for (const Waiting& waiting : waiting_) firstUs = std::min(firstUs, waiting.sinceUs);
  if (firstUs == INT64_MAX) return -1;
  return static_cast<int>(std::max<int64_t>(0, (firstUs + kSilentSendUs - ami::nowUs()) / 1000 + 1));
}

}  // namespace wayland
