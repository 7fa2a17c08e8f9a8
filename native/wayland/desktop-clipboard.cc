#include "desktop-clipboard.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <thread>
#include <utility>

#include "media-store/monotonic.h"
#include "protocols.h"

namespace wayland {

namespace {

/** More formats than this are not looked at, and none with a longer name. */
constexpr size_t kMostFormats = 64;
constexpr size_t kMostFormatBytes = 200;
/** Between reports of what is copied: programs may copy without end. µs */
constexpr int64_t kReportEveryUs = 20'000;

/** A listener of libwayland is a list of functions, which `functions` is, in the order of the protocol's events. */
template <class Functions>
void listen(wl_proxy* proxy, const Functions& functions, void* data) {
  wl_proxy_add_listener(proxy, reinterpret_cast<void (**)()>(const_cast<void*>(static_cast<const void*>(&functions))), data);
}

void destroy(wl_proxy* proxy, uint32_t request) {
  if (proxy != nullptr) wl_proxy_marshal_flags(proxy, request, nullptr, wl_proxy_get_version(proxy), WL_MARSHAL_FLAG_DESTROY);
}

int sooner(int oneMs, int otherMs) { return oneMs < 0 ? otherMs : otherMs < 0 ? oneMs : std::min(oneMs, otherMs); }

}  // namespace

DesktopClipboard::DesktopClipboard(std::string socket, ami::ClipboardListener listener)
    : socket_(std::move(socket)),
      listener_(std::move(listener)),
      mark_("application/x-ami-streams-" + std::to_string(getpid())) {}

void DesktopClipboard::begin() {
  std::thread([self = shared_from_this()] { self->run(); }).detach();
}

void DesktopClipboard::stop() { tasks_.stop(); }

void DesktopClipboard::read(uint32_t reading, std::string format, size_t maxBytes) {
  tasks_.post(
      [this, reading, format = std::move(format), maxBytes] {
        const PipeReads::Done done = [this, reading](ami::ReadFault fault, std::string data) { listener_.read(reading, fault, std::move(data)); };
        const bool has = std::find(current_.formats.begin(), current_.formats.end(), format) != current_.formats.end();
        if (current_.proxy == nullptr || current_.ours || !has) done(ami::ReadFault::rejected, {});
        else reads_->start(current_.proxy, format, maxBytes, done);
      },
      false);
}

void DesktopClipboard::offer(std::vector<std::string> formats) {
  tasks_.offer([&]() -> std::function<void()> {
    if (connection_ == nullptr) return [this, formats] { offer(formats); };
    claim(std::move(formats));
    return nullptr;
  });
}

void DesktopClipboard::claim(std::vector<std::string> formats) {
  // Here, because the thread may come to it later than a key is pressed over another connection.
  Source& source = sources_.emplace_back();
  source.clipboard = this;
  wl_proxy* manager = connection_->clipboards;
  source.proxy =
      wl_proxy_marshal_flags(manager, clipboard::kCreateSource, &clipboardSourceInterface, wl_proxy_get_version(manager), 0, nullptr);
  static const struct {
    void (*send)(void*, wl_proxy*, const char*, int32_t);
    void (*cancelled)(void*, wl_proxy*);
  } listener = {
      [](void* data, wl_proxy*, const char* format, int32_t fd) {
        auto& asked = *static_cast<Source*>(data);
        asked.clipboard->asked(asked, format, fd);
      },
      [](void* data, wl_proxy*) {
        auto& ended = *static_cast<Source*>(data);
        ended.clipboard->cancelled(ended);
      },
  };
  listen(source.proxy, listener, &source);
  formats.push_back(mark_);
  for (const std::string& format : formats) {
    source.data[format] = nullptr;
    wl_proxy_marshal_flags(source.proxy, clipboard::kOfferFormat, nullptr, wl_proxy_get_version(source.proxy), 0, format.c_str());
  }
  source.data[mark_] = std::make_shared<const std::string>();
  wl_proxy_marshal_flags(clipboard_, clipboard::kSetSelection, nullptr, wl_proxy_get_version(clipboard_), 0, source.proxy);
  wl_display_flush(connection_->display());
}

void DesktopClipboard::provide(std::vector<std::string> formats, std::string data) {
  tasks_.post(
      [this, formats = std::move(formats), data = std::make_shared<const std::string>(std::move(data))] {
        Source* source = newest();
        if (source == nullptr || source->withdrawn) return;
        for (const std::string& format : formats) {
          const auto found = source->data.find(format);
          if (found == source->data.end()) continue;
          found->second = data;
          sends_->provide(source, format, data);
        }
      },
      true);
}

void DesktopClipboard::withdraw() {
  tasks_.post(
      [this] {
        Source* source = newest();
        if (source == nullptr) return;
        source->withdrawn = true;
        sends_->reject(source);
      },
      true);
}

DesktopClipboard::Source* DesktopClipboard::newest() {
  return tasks_.locked([this] { return sources_.empty() ? nullptr : &sources_.back(); });
}

void DesktopClipboard::run() {
  pthread_setname_np(pthread_self(), "wayland-clip");
  const char* why = "";
  const auto connection = Connection::open(socket_, why);
  if (!connection) {
    listener_.lost(why);
    return;
  }
  if (connection->clipboards == nullptr || connection->seat == nullptr) {
    listener_.lost("no-data-control");
    return;
  }
  serve(*connection);
  listener_.lost("server-lost");
}

void DesktopClipboard::serve(Connection& connection) {
  PipeReads reads;
  PipeSends sends;
  reads_ = &reads;
  sends_ = &sends;
  wl_proxy* manager = connection.clipboards;
  wl_proxy* clipboard = wl_proxy_marshal_flags(manager, clipboard::kGetClipboard, &clipboardInterface, wl_proxy_get_version(manager), 0, nullptr,
                                               connection.seat);
  static const struct {
    void (*offered)(void*, wl_proxy*, wl_proxy*);
    void (*selected)(void*, wl_proxy*, wl_proxy*);
    void (*finished)(void*, wl_proxy*);
  } listener = {
      [](void* data, wl_proxy*, wl_proxy* offer) { static_cast<DesktopClipboard*>(data)->offered(offer); },
      [](void* data, wl_proxy*, wl_proxy* offer) { static_cast<DesktopClipboard*>(data)->selected(offer); },
      [](void* data, wl_proxy*) { static_cast<DesktopClipboard*>(data)->finished_ = true; },
  };
  listen(clipboard, listener, this);
  tasks_.locked([&] {
    connection_ = &connection;
    clipboard_ = clipboard;
  });
  while (!finished_ && !tasks_.stopping()) {
    tasks_.run();
    reads.work();
    sends.work();
    std::vector<pollfd> waits;
    const int timeoutMs = sooner(report(), sooner(reads.waitsFor(waits), sends.waitsFor(waits)));
    if (!connection.wait(tasks_.wakeFd(), waits, timeoutMs)) break;
    tasks_.clearWake();
  }
  tasks_.locked([this] {
    connection_ = nullptr;
    for (const Source& source : sources_) destroy(source.proxy, clipboard::kDestroySource);
    sources_.clear();
  });
  drop(next_);
  drop(current_);
  destroy(clipboard, clipboard::kDestroy);
  reads_ = nullptr;
  sends_ = nullptr;
}

int DesktopClipboard::report() {
  if (!unreported_) return -1;
  const int64_t leftUs = reportedUs_ + kReportEveryUs - ami::nowUs();
  if (leftUs > 0) return static_cast<int>(leftUs / 1000 + 1);
  unreported_ = false;
  reportedUs_ = ami::nowUs();
  listener_.copied(current_.formats);
  return -1;
}

void DesktopClipboard::offered(wl_proxy* offer) {
  drop(next_);
  next_.proxy = offer;
  static const struct {
    void (*format)(void*, wl_proxy*, const char*);
  } listener = {
      [](void* data, wl_proxy* proxy, const char* format) {
        auto& self = *static_cast<DesktopClipboard*>(data);
        if (proxy != self.next_.proxy) return;
        if (self.mark_ == format) self.next_.ours = true;
        if (self.next_.formats.size() < kMostFormats && std::strlen(format) <= kMostFormatBytes) self.next_.formats.emplace_back(format);
      },
  };
  listen(offer, listener, this);
}

void DesktopClipboard::selected(wl_proxy* offer) {
  drop(current_);
  if (offer != nullptr && offer == next_.proxy) current_ = std::exchange(next_, Offer());
  // Somebody who was waiting for a report of an earlier copy has no use for it.
  unreported_ = !current_.ours;
}

void DesktopClipboard::asked(Source& source, const char* format, int fd) {
  // It may be of what was provided before, which may not have been looked at.
  tasks_.run();
  const auto found = source.data.find(format);
  if (found == source.data.end() || (found->second == nullptr && source.withdrawn)) close(fd);
  else if (found->second == nullptr) sends_->sendLater(fd, &source, found->first);
  else sends_->send(fd, found->second);
}

void DesktopClipboard::cancelled(Source& source) {
  sends_->reject(&source);
  destroy(source.proxy, clipboard::kDestroySource);
  tasks_.locked([&] { sources_.remove_if([&source](const Source& each) { return &each == &source; }); });
}

void DesktopClipboard::drop(Offer& offer) {
  destroy(offer.proxy, clipboard::kDestroyOffer);
  offer = Offer();
}

}  // namespace wayland
