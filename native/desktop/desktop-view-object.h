#pragma once
// `DesktopView` in JavaScript: what desktop/worker/desktop-addon.ts describes, for every system's view. Every call returns at once.
#include <libyuv.h>
#include <napi.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "desktop-view-types.h"
#include "javascript/listener.h"
#include "javascript/options.h"
#include "javascript/reject.h"
#include "media-store/frame.h"

namespace ami {

inline int intOf(const Napi::CallbackInfo& info, size_t index) {
  return info.Length() > index && info[index].IsNumber() ? info[index].As<Napi::Number>().Int32Value() : 0;
}

inline Napi::Object rectOf(Napi::Env env, const Rect& area) {
  const Napi::Object rect = Napi::Object::New(env);
  rect.Set("x", area.x);
  rect.Set("y", area.y);
  rect.Set("width", area.width);
  rect.Set("height", area.height);
  return rect;
}

template <class View>
class DesktopViewObject : public Napi::ObjectWrap<DesktopViewObject<View>> {
 public:
  explicit DesktopViewObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<DesktopViewObject<View>>(info) {
    if (info.Length() < 2 || !info[0].IsString() || !info[1].IsFunction()) {
      reject<Napi::TypeError>(info.Env(), "new DesktopView(server, listener)");
      return;
    }
    const auto javascript = std::make_shared<Listener>(info.Env(), info[1].As<Napi::Function>(), "desktop-view");
    javascript_ = javascript;
    DesktopListener listener;
    listener.changed = [javascript](DesktopChange change) {
      javascript->tell([change = std::move(change)](Napi::Env env, Napi::Object event) {
        event.Set("kind", "changed");
        event.Set("width", change.width);
        event.Set("height", change.height);
        event.Set("noticedUs", static_cast<double>(change.noticedUs));
        event.Set("readyUs", static_cast<double>(change.readyUs));
        const Napi::Array parts = Napi::Array::New(env, change.parts.size());
        for (size_t index = 0; index < change.parts.size(); index++) {
          parts.Set(static_cast<uint32_t>(index), rectOf(env, change.parts[index]));
        }
        event.Set("parts", parts);
      });
    };
    const auto waits = std::make_shared<std::atomic<bool>>(false);
    listener.cursor = [javascript, waits](CursorImage cursor) {
      if (waits->exchange(true)) return false;
      javascript->tell([cursor = std::move(cursor), waits](Napi::Env env, Napi::Object event) {
        *waits = false;
        event.Set("kind", "cursor");
        event.Set("width", cursor.width);
        event.Set("height", cursor.height);
        event.Set("hotX", cursor.hotX);
        event.Set("hotY", cursor.hotY);
        auto rgba = Napi::Buffer<uint8_t>::New(env, cursor.pixels.size() * 4);
        uint8_t* to = rgba.Data();
        for (const uint32_t word : cursor.pixels) {
          const uint32_t alpha = word >> 24;
          for (const int shift : {16, 8, 0}) {
            const uint32_t value = word >> shift & 0xff;
            *to++ = static_cast<uint8_t>(alpha == 0 ? 0 : std::min<uint32_t>(255, value * 255 / alpha));
          }
          *to++ = static_cast<uint8_t>(alpha);
        }
        event.Set("rgba", rgba);
      });
      return true;
    };
    listener.monitors = [javascript](std::vector<MonitorInfo> monitors, bool arranged) {
      javascript->tell([monitors = std::move(monitors), arranged](Napi::Env env, Napi::Object event) {
        event.Set("kind", "monitors");
        event.Set("arranged", arranged);
        const Napi::Array list = Napi::Array::New(env, monitors.size());
        for (size_t index = 0; index < monitors.size(); index++) {
          const Napi::Object monitor = rectOf(env, monitors[index].area);
          monitor.Set("name", monitors[index].name);
          monitor.Set("primary", monitors[index].primary);
          list.Set(static_cast<uint32_t>(index), monitor);
        }
        event.Set("monitors", list);
      });
    };
    listener.lost = [javascript](const char* why) {
      javascript->tell([why](Napi::Env, Napi::Object event) {
        event.Set("kind", "lost");
        event.Set("why", why);
      });
    };
    view_ = std::make_shared<View>(info[0].As<Napi::String>().Utf8Value(), std::move(listener));
    view_->begin();
  }

  ~DesktopViewObject() override {
    if (view_) view_->stop();
  }

  void next(const Napi::CallbackInfo&) {
    if (view_) view_->next();
  }

  void again(const Napi::CallbackInfo&) {
    if (view_) view_->again();
  }

  void resize(const Napi::CallbackInfo& info) {
    if (view_) view_->resize(std::clamp(intOf(info, 0), 1, kMaxSide), std::clamp(intOf(info, 1), 1, kMaxSide));
  }

  /** A list of places; nothing is done where one is not within what a display may have. */
  void arrange(const Napi::CallbackInfo& info) {
    if (!view_ || info.Length() < 1 || !info[0].IsArray()) return;
    const auto list = info[0].As<Napi::Array>();
    std::vector<Rect> areas;
    for (uint32_t index = 0; index < list.Length(); index++) {
      const Napi::Value each = list[index];
      if (!each.IsObject()) return;
      const auto place = each.As<Napi::Object>();
      const auto side = [&](const char* name, int least) { return static_cast<int>(numberOf(place, name, least, kMaxSide, least)); };
      areas.push_back({side("x", 0), side("y", 0), side("width", 1), side("height", 1)});
      if (areas.back().x + areas.back().width > kMaxSide || areas.back().y + areas.back().height > kMaxSide) return;
    }
    view_->arrange(std::move(areas));
  }

  /** Pixels of a part as RGBA; undefined where there is no frame, or the part is not within it. */
  Napi::Value pixels(const Napi::CallbackInfo& info) {
    int width = 0, height = 0;
    const uint8_t* frame = view_ ? view_->frame(width, height) : nullptr;
    const Rect part = {intOf(info, 0), intOf(info, 1), intOf(info, 2), intOf(info, 3)};
    if (frame == nullptr || part.empty() || part.intersected({0, 0, width, height}) != part) return info.Env().Undefined();
    auto rgba = Napi::Buffer<uint8_t>::New(info.Env(), static_cast<size_t>(part.width) * 4 * static_cast<size_t>(part.height));
    const int stride = width * 4;
    libyuv::ARGBToABGR(frame + static_cast<ptrdiff_t>(part.y) * stride + part.x * 4, stride, rgba.Data(), part.width * 4, part.width, part.height);
    // The fourth byte of BGRX has no meaning; in RGBA it is opaque.
    for (size_t at = 3; at < rgba.Length(); at += 4) rgba.Data()[at] = 255;
    return rgba;
  }

  /**
   * Writes the frame as 4:2:0 or 4:4:4, BT.601, limited range, into the planes of a frame of even size:
   * `(y, u, v, strideY, strideUV, width, height, fullColor)`.
   * False where there is no frame, or a plane is too small.
   */
  Napi::Value planes(const Napi::CallbackInfo& info) {
    int frameWidth = 0, frameHeight = 0;
    const uint8_t* frame = view_ ? view_->frame(frameWidth, frameHeight) : nullptr;
    const int strideY = intOf(info, 3), strideUv = intOf(info, 4), width = intOf(info, 5), height = intOf(info, 6);
    const bool full = info.Length() > 7 && info[7].ToBoolean();
    const int columnsUv = full ? width : width / 2, rowsUv = full ? height : height / 2;
    const auto fits = [&](size_t index, int stride, int columns, int rows) {
      return info.Length() > index && info[index].IsBuffer() && stride >= columns && columns > 0 && rows > 0 &&
             info[index].As<Napi::Buffer<uint8_t>>().Length() >= static_cast<size_t>(stride) * static_cast<size_t>(rows - 1) + static_cast<size_t>(columns);
    };
    const bool possible = frame != nullptr && width % 2 == 0 && height % 2 == 0 && width <= frameWidth && height <= frameHeight &&
                          fits(0, strideY, width, height) && fits(1, strideUv, columnsUv, rowsUv) && fits(2, strideUv, columnsUv, rowsUv);
    if (!possible) return Napi::Boolean::New(info.Env(), false);
    const auto plane = [&](size_t index) { return info[index].As<Napi::Buffer<uint8_t>>().Data(); };
    const auto convert = full ? libyuv::ARGBToI444 : libyuv::ARGBToI420;
    convert(frame, frameWidth * 4, plane(0), strideY, plane(1), strideUv, plane(2), strideUv, width, height);
    return Napi::Boolean::New(info.Env(), true);
  }

  void close(const Napi::CallbackInfo&) {
    if (!view_) return;
    javascript_->mute();
    view_->stop();
    view_.reset();
  }

 private:
  std::shared_ptr<Listener> javascript_;
  std::shared_ptr<View> view_;
};

/** The class `DesktopView` of an addon. */
template <class View>
Napi::Function defineDesktopView(Napi::Env env) {
  using Object = DesktopViewObject<View>;
  return Object::DefineClass(env, "DesktopView",
                             {Object::InstanceMethod("next", &Object::next), Object::InstanceMethod("again", &Object::again),
                              Object::InstanceMethod("resize", &Object::resize), Object::InstanceMethod("arrange", &Object::arrange), Object::InstanceMethod("pixels", &Object::pixels), Object::InstanceMethod("planes", &Object::planes),
                              Object::InstanceMethod("close", &Object::close)});
}

}  // namespace ami
