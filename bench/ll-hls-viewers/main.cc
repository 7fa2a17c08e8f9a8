/**
 * Many viewers of one stream over Low-Latency HLS in one thread. Each requests as a player does, on one connection for video and one for
 * audio that stay open: the multivariant playlist, then blocking reloads of a media playlist with delta updates, and each part that is new.
 * It is in C++ because it shares the processors with what it measures: a request takes 14 us of them, and 37 where the viewers are in Node.
 *
 *   ll-hls-viewers IP PORT FOLDER VIEWERS OVER_MS
 *
 * IP is an IPv4 address, FOLDER the stream's path (`/live/NAME/`), OVER_MS the time in which the viewers come. Prints how they do since
 * the start, every 250 ms as a line of JSON.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <cstdlib>
#include <memory>
#include <queue>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "figures.h"
#include "playlist.h"

namespace {

using namespace ami::bench;

/** After an answer that is no playlist, and after a playlist without segments, ms. */
constexpr double kRetryMs = 500;
constexpr double kEmptyMs = 300;
constexpr double kReportMs = 250;
constexpr size_t kMaxHeadBytes = 16384;
/** More than the head of an answer takes. */
constexpr size_t kUsualHeadBytes = 1024;
constexpr size_t kMaxPlaylistBytes = 1 << 20;

double nowMs() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

class Audience;

/** Follows one rendition on one connection, one request at a time. The first one of a viewer asks which renditions there are. */
class Follower {
 public:
  Follower(Audience& audience, int viewer, std::string playlist)
      : audience_(audience), viewer_(viewer), playlist_(std::move(playlist)) {}

  void ask();
  void onEvent(uint32_t events);
  bool isDry(double now) const { return buffer_.isDry(now); }

 private:
  void get(std::string path);
  void connect();
  void send();
  void read();
  /** Takes what has come of an answer; false: it breaks HTTP or our bounds. */
  bool take(string_view bytes);
  bool readHead(string_view head);
  void done(int status);
  /** The connection has broken. */
  void fail();
  void onMultivariant(int status);
  void onPlaylist(int status);
  void onPart(int status);

  Audience& audience_;
  const int viewer_;
  /** Path of the media playlist; empty until the multivariant playlist was read. */
  std::string playlist_;
  Descriptor socket_;
  std::string request_;
  bool isSent_ = false;
  /** Part of a head, then the body of a playlist. */
  std::string text_;
  bool isInBody_ = false;
  size_t left_ = 0;
  int status_ = 0;
  long sequence_ = -1;
  int part_ = 0;
  std::string reload_;
  std::deque<Part> wanted_;
  std::string newest_;
  PlayBuffer buffer_;
};

/** All viewers, and the loop that they share. */
class Audience {
 public:
  Audience(const char* address, int port, std::string folder, int viewers, double overMs)
      : folder_(std::move(folder)), host_(std::string(address) + ":" + std::to_string(port)), viewers_(static_cast<size_t>(viewers)) {
    to_.sin_family = AF_INET;
    to_.sin_port = htons(static_cast<uint16_t>(port));
    if (inet_pton(AF_INET, address, &to_.sin_addr) != 1) throw std::invalid_argument("no IPv4 address");
    if (epoll_.get() < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    const double start = nowMs();
    for (int viewer = 0; viewer < viewers; viewer++) later(add(viewer, ""), start + overMs * viewer / viewers);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 512> events;
    for (double reportAt = 0;;) {
      double now = nowMs();
      if (now >= reportAt) {
        report(now);
        reportAt = now + kReportMs;
      }
      while (!timers_.empty() && timers_.top().first <= now) {
        Follower* follower = timers_.top().second;
        timers_.pop();
        follower->ask();
      }
      const double untilMs = std::min(reportAt, timers_.empty() ? reportAt : timers_.top().first);
      const int waitMs = static_cast<int>(std::ceil(std::max(0.0, untilMs - nowMs())));
      const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), waitMs);
      for (size_t at = 0; at < static_cast<size_t>(std::max(0, count)); at++)
        static_cast<Follower*>(events.at(at).data.ptr)->onEvent(events.at(at).events);
    }
  }

  Follower& add(int viewer, std::string playlist) {
    auto& followers = viewers_.at(static_cast<size_t>(viewer));
    followers.push_back(std::make_unique<Follower>(*this, viewer, std::move(playlist)));
    return *followers.back();
  }
  void later(Follower& follower, double atMs) { timers_.emplace(atMs, &follower); }
  void watch(int fd, Follower& follower) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.ptr = &follower;
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
  const std::string& folder() const { return folder_; }
  const std::string& host() const { return host_; }
  const sockaddr_in& to() const { return to_; }
  Totals totals;

 private:
  void report(double now) const {
    // Whoever gets nothing more would never be counted as one that stalls.
    const auto dry = std::count_if(viewers_.begin(), viewers_.end(), [now](const auto& followers) {
      return followers.empty() || std::any_of(followers.begin(), followers.end(), [now](const auto& each) { return each->isDry(now); });
    });
    std::printf("{\"answers\":%lu,\"bytes\":%lu,\"refused\":%lu,\"broken\":%lu,\"stalls\":%lu,\"late\":%lu,\"media\":%lu,\"dry\":%ld", totals.answers,
                totals.bytes, totals.refused, totals.broken, totals.stalls, totals.late, totals.media, static_cast<long>(dry));
    print("partDelays", totals.partDelays);
    print("reloadDelays", totals.reloadDelays);
    std::puts("}");
    if (std::fflush(stdout) != 0) std::exit(1);
  }
  static void print(const char* name, const Delays& delays) {
    std::printf(",\"%s\":", name);
    char before = '[';
    for (const unsigned long count : delays.counts()) std::printf("%c%lu", std::exchange(before, ','), count);
    std::putchar(']');
  }

  const std::string folder_;
  const std::string host_;
  sockaddr_in to_{};
  Descriptor epoll_{epoll_create1(EPOLL_CLOEXEC)};
  std::vector<std::vector<std::unique_ptr<Follower>>> viewers_;
  using Timer = std::pair<double, Follower*>;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
};

void Follower::ask() {
  if (playlist_.empty()) return get(audience_.folder() + "index.m3u8");
  if (!wanted_.empty()) return get(playlist_.substr(0, playlist_.rfind('/') + 1) + wanted_.front().uri);
  reload_ = sequence_ < 0 ? "" : "?_HLS_msn=" + std::to_string(sequence_) + "&_HLS_part=" + std::to_string(part_) + "&_HLS_skip=YES";
  get(playlist_ + reload_);
}

void Follower::get(std::string path) {
  request_ = "GET " + path + " HTTP/1.1\r\nHost: " + audience_.host() + "\r\nUser-Agent: bench/" + std::to_string(viewer_) + "\r\n\r\n";
  isSent_ = false;
  if (socket_.get() < 0) connect();
  else send();
}

void Follower::connect() {
  socket_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket_.get() < 0) throw std::system_error(errno, std::generic_category(), "socket");
  const int on = 1;
  setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* to = reinterpret_cast<const sockaddr*>(&audience_.to());
  // what becomes of it is an event, which sends the request or finds the connection broken
  static_cast<void>(::connect(socket_.get(), to, sizeof audience_.to()));
  audience_.watch(socket_.get(), *this);
}

void Follower::send() {
  const ssize_t sent = ::send(socket_.get(), request_.data(), request_.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(request_.size())) isSent_ = true;
  // so few bytes go at once, or the connection has failed
  else fail();
}

void Follower::onEvent(uint32_t events) {
  constexpr uint32_t kEnded = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if (request_.empty()) {
    // between two requests a server may close
    if ((events & kEnded) != 0) socket_ = Descriptor();
  } else if (!isSent_) {
    if ((events & (EPOLLOUT | kEnded)) != 0) send();
  } else if ((events & (EPOLLIN | kEnded)) != 0) read();
}

void Follower::read() {
  static std::array<char, 16384> bytes;
  for (;;) {
    // media are counted, not looked at: behind their heads the system discards them
    const bool isMedia = !wanted_.empty();
    const bool isDiscarded = isMedia && isInBody_;
    const size_t space = isDiscarded ? left_ : isMedia ? kUsualHeadBytes : bytes.size();
    const ssize_t got = ::recv(socket_.get(), isDiscarded ? nullptr : bytes.data(), space, isDiscarded ? MSG_TRUNC : 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return fail();
    const auto length = static_cast<size_t>(got);
    audience_.totals.bytes += length;
    if (isDiscarded) left_ -= length;
    else if (!take({bytes.data(), length})) return fail();
    if (isInBody_ && left_ == 0) {
      isInBody_ = false;
      return done(status_);
    }
    // fewer bytes than there was space for: the next ones are another event
    if (length < space) return;
  }
}

bool Follower::take(string_view bytes) {
  if (!isInBody_) {
    text_ += bytes;
    const size_t end = text_.find("\r\n\r\n");
    if (end == std::string::npos) return text_.size() <= kMaxHeadBytes;
    if (!readHead(string_view(text_).substr(0, end + 2))) return false;
    text_.erase(0, end + 4);
    isInBody_ = true;
    if (text_.size() > left_) return false;
    left_ -= text_.size();
    return true;
  }
  if (bytes.size() > left_) return false;
  left_ -= bytes.size();
  text_ += bytes;
  return true;
}

bool Follower::readHead(string_view head) {
  if (head.size() < 12 || head.rfind("HTTP/1.1 ", 0) != 0) return false;
  status_ = static_cast<int>(numberIn(head.substr(9)));
  constexpr string_view kName = "content-length:";
  long length = -1;
  for (size_t at = head.find('\n'); at != string_view::npos && length < 0; at = head.find('\n', at + 1)) {
    const string_view line = head.substr(at + 1);
    if (line.size() <= kName.size() || strncasecmp(line.data(), kName.data(), kName.size()) != 0) continue;
    length = numberIn(line.substr(line.find_first_not_of(' ', kName.size())));
  }
  if (length < 0 || (wanted_.empty() && length > static_cast<long>(kMaxPlaylistBytes))) return false;
  left_ = static_cast<size_t>(length);
  return true;
}

void Follower::fail() {
  socket_ = Descriptor();
  isInBody_ = false;
  text_.clear();
  audience_.totals.broken++;
  done(0);
}

void Follower::done(int status) {
  request_.clear();
  audience_.totals.answers++;
  if (status >= 400) audience_.totals.refused++;
  if (playlist_.empty()) onMultivariant(status);
  else if (wanted_.empty()) onPlaylist(status);
  else onPart(status);
}

void Follower::onMultivariant(int status) {
  const std::string text = std::exchange(text_, "");
  std::vector<std::string> found;
  for (size_t end = text.find(".m3u8"); status == 200 && end != std::string::npos; end = text.find(".m3u8", end + 1)) {
    const size_t from = text.find_last_of("\"\n", end) + 1;
    std::string path = audience_.folder() + text.substr(from, end + 5 - from);
    if (std::find(found.begin(), found.end(), path) == found.end()) found.push_back(std::move(path));
  }
  if (found.empty()) return audience_.later(*this, nowMs() + kRetryMs);
  playlist_ = found.front();
  if (found.size() > 1) audience_.add(viewer_, found[1]).ask();
  ask();
}

void Follower::onPlaylist(int status) {
  const std::string text = std::exchange(text_, "");
  const double now = nowMs();
  if (status != 200) {
    if (status >= 400) sequence_ = -1;
    return audience_.later(*this, now + kRetryMs);
  }
  Playlist playlist(text);
  if (!reload_.empty()) audience_.totals.reloadDelays.add(audience_.totals.reloads.lateness(playlist_ + reload_, now));
  auto& parts = playlist.parts;
  size_t from = 0;
  // a newcomer starts three parts from the edge
  if (newest_.empty()) from = parts.size() > 3 ? parts.size() - 3 : 0;
  for (size_t at = parts.size(); at > 0 && !newest_.empty(); at--) {
    if (parts[at - 1].uri != newest_) continue;
    from = at;
    break;
  }
  for (size_t at = from; at < parts.size(); at++) wanted_.push_back(std::move(parts[at]));
  sequence_ = playlist.sequence;
  part_ = playlist.part;
  if (sequence_ < 0 && wanted_.empty()) audience_.later(*this, now + kEmptyMs);
  else ask();
}

void Follower::onPart(int status) {
  text_.clear();
  const Part part = std::move(wanted_.front());
  wanted_.pop_front();
  if (status == 200) {
    Totals& totals = audience_.totals;
    const double now = nowMs();
    const double delay = totals.parts.lateness(playlist_ + part.uri, now);
    totals.media++;
    totals.partDelays.add(delay);
    if (delay > kLateMs) totals.late++;
    buffer_.add(part.durationMs, now, totals);
  }
  newest_ = part.uri;
  ask();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6) {
    std::fputs("ll-hls-viewers IP PORT FOLDER VIEWERS OVER_MS\n", stderr);
    return 2;
  }
  try {
    Audience(arguments[1], std::stoi(arguments[2]), arguments[3], std::stoi(arguments[4]), std::stod(arguments[5])).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ll-hls-viewers: %s\n", error.what());
    return 1;
  }
}
