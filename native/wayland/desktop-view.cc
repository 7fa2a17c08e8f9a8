#include "desktop-view.h"

#include <poll.h>
#include <pthread.h>

#include <thread>
#include <utility>

#include "desktop/few-parts.h"
#include "media-store/monotonic.h"

namespace wayland {

namespace {

/** Before the next try where a copy failed: the size of the output changes. ms */
constexpr int kRetryMs = 10;

}  // namespace

DesktopView::DesktopView(std::string socket, ami::DesktopListener listener)
    : socket_(std::move(socket)), listener_(std::move(listener)) {}

void DesktopView::begin() {
  std::thread([self = shared_from_this()] { self->run(); }).detach();
}

void DesktopView::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.wake();
}

void DesktopView::next() {
  {
    const std::lock_guard lock(mutex_);
    taken_ = false;
  }
  wake_.wake();
}

void DesktopView::again() {
  {
    const std::lock_guard lock(mutex_);
    again_ = true;
  }
  wake_.wake();
}

const uint8_t* DesktopView::frame(int& width, int& height) {
  const std::lock_guard lock(mutex_);
  if (!taken_ || !front_) return nullptr;
  width = front_->width();
  height = front_->height();
  return front_->data();
}

void DesktopView::run() {
  pthread_setname_np(pthread_self(), "wayland-desktop");
  const char* why = "";
  const auto connection = Connection::open(socket_, why);
  if (!connection) {
    listener_.lost(why);
    return;
  }
  if (connection->screencopy == nullptr || connection->shm == nullptr) why = "no-screencopy";
  else if (connection->output == nullptr) why = "no-output";
  if (*why != '\0') {
    listener_.lost(why);
    return;
  }
  why = serve(*connection);
  // JavaScript may be reading the frame: it is left alone until it has been taken.
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (!taken_ || stopping_) {
        taken_ = false;
        front_.reset();
        break;
      }
    }
    pollfd wait = {wake_.fd(), POLLIN, 0};
    poll(&wait, 1, 1000);
    wake_.clear();
  }
  listener_.lost(why);
}

const char* DesktopView::serve(Connection& connection) {
  std::unique_ptr<ScreenCopy> copy;
  std::unique_ptr<SharedPixels> spare;
  for (;;) {
    bool taken, again;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return "server-lost";
      taken = taken_;
      again = again_;
    }
    // Its frames never come.
    if (connection.outputGone()) return "output-gone";
    int timeoutMs = -1;
    if (copy && copy->state() == ScreenCopy::State::failed) {
      if (*copy->why() != '\0') return copy->why();
      spare = copy->takePixels();
      copy.reset();
      timeoutMs = kRetryMs;
    } else if (!taken) {
      if (copy && copy->state() == ScreenCopy::State::ready) {
        const int64_t noticedUs = ami::nowUs();
        std::vector<ami::Rect> parts = copy->takeParts();
        std::unique_ptr<SharedPixels> pixels = copy->takePixels();
        copy.reset();
        const bool same = front_ && front_->width() == pixels->width() && front_->height() == pixels->height() && front_->transform() == pixels->transform();
        if (!same) parts.assign(1, {0, 0, pixels->width(), pixels->height()});
        {
          const std::lock_guard lock(mutex_);
          spare = std::exchange(front_, std::move(pixels));
        }
        report(std::move(parts), noticedUs);
        continue;
      }
      if (again && front_) {
        report({}, ami::nowUs());
        continue;
      }
      // What is drawn while JavaScript has a frame comes with the next one.
      if (!copy) copy = std::make_unique<ScreenCopy>(connection, true, std::move(spare));
    }
    if (!connection.wait(wake_.fd(), timeoutMs)) return "server-lost";
    wake_.clear();
  }
}

void DesktopView::report(std::vector<ami::Rect> parts, int64_t noticedUs) {
  ami::joinMany(parts);
  ami::DesktopChange change;
  {
    const std::lock_guard lock(mutex_);
    change.width = front_->width();
    change.height = front_->height();
    again_ = false;
    taken_ = true;
  }
  change.parts = std::move(parts);
  change.noticedUs = noticedUs;
  change.readyUs = ami::nowUs();
  listener_.changed(std::move(change));
}

}  // namespace wayland
