#include "pipe-reads.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "media-store/monotonic.h"
#include "protocols.h"

namespace wayland {

namespace {

/** A program that writes nothing for so long does not answer any more. */
constexpr int64_t kSilentReadUs = 3'000'000;
/** However slowly it writes: a transfer ends. */
constexpr int64_t kLongestReadUs = 30'000'000;
/** More at a time are rejected. */
constexpr size_t kMostReadings = 16;
constexpr size_t kPortionBytes = 64 * 1024;

}  // namespace

PipeReads::~PipeReads() {
  for (const Reading& reading : readings_) close(reading.fd);
}

void PipeReads::start(wl_proxy* offer, const std::string& format, size_t maxBytes, Done done) {
  int ends[2];
  if (readings_.size() >= kMostReadings || pipe2(ends, O_CLOEXEC) != 0) {
    done(ami::ReadFault::rejected, {});
    return;
  }
  // Ours alone: the other end is the program's, which may not expect it.
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  wl_proxy_marshal_flags(offer, clipboard::kReceive, nullptr, wl_proxy_get_version(offer), 0, format.c_str(), ends[1]);
  close(ends[1]);
  Reading reading;
  reading.fd = ends[0];
  reading.maxBytes = maxBytes;
  reading.done = std::move(done);
  reading.heardUs = reading.startedUs = ami::nowUs();
  readings_.push_back(std::move(reading));
}

void PipeReads::work() {
  const int64_t nowUs = ami::nowUs();
  for (auto each = readings_.begin(); each != readings_.end();) {
    const auto reading = each++;
    std::optional<ami::ReadFault> end;
    char portion[kPortionBytes];
    for (;;) {
      const ssize_t bytes = read(reading->fd, portion, sizeof portion);
      if (bytes < 0 && errno == EINTR) continue;
      if (bytes < 0 && errno == EAGAIN) break;
      if (bytes <= 0) {
        // A program that has not got what it offered closes its end.
        end = bytes < 0 || reading->data.empty() ? ami::ReadFault::rejected : ami::ReadFault::none;
        break;
      }
      reading->heardUs = nowUs;
      if (reading->data.size() + static_cast<size_t>(bytes) > reading->maxBytes) {
        end = ami::ReadFault::tooLarge;
        break;
      }
      reading->data.append(portion, static_cast<size_t>(bytes));
    }
    if (!end && (nowUs - reading->heardUs >= kSilentReadUs || nowUs - reading->startedUs >= kLongestReadUs)) end = ami::ReadFault::timedOut;
    if (!end) continue;
    close(reading->fd);
    Reading ended = std::move(*reading);
    readings_.erase(reading);
    ended.done(*end, *end == ami::ReadFault::none ? std::move(ended.data) : std::string());
  }
}

int PipeReads::waitsFor(std::vector<pollfd>& waits) const {
  int64_t firstUs = INT64_MAX;
  for (const Reading& reading : readings_) {
    waits.push_back({reading.fd, POLLIN, 0});
    firstUs = std::min({firstUs, reading.heardUs + kSilentReadUs, reading.startedUs + kLongestReadUs});
  }
  if (readings_.empty()) return -1;
  return static_cast<int>(std::max<int64_t>(0, (firstUs - ami::nowUs()) / 1000 + 1));
}

}  // namespace wayland
