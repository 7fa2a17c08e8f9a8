#pragma once
#include <napi.h>

#include <memory>
#include <string>

#include "media-store/frame-store.h"

namespace ami {

/** The JavaScript face of a frame store. */
class FrameStoreObject : public Napi::ObjectWrap<FrameStoreObject> {
 public:
  static Napi::Function define(Napi::Env env);
  /** With a pointer to a `unique_ptr<FrameStore>` as External. */
  explicit FrameStoreObject(const Napi::CallbackInfo& info);

  /** Shared with layers that show it, so that `close` takes nothing away under them. Null after `close`. */
  std::shared_ptr<FrameStore> store() const { return store_; }
  /** The store behind a JavaScript value, or null where it is something else. */
  static FrameStoreObject* from(Napi::Env env, Napi::Value value);

 private:
  Napi::Value address(const Napi::CallbackInfo& info);
  Napi::Value sequence(const Napi::CallbackInfo& info);
  Napi::Value width(const Napi::CallbackInfo& info);
  Napi::Value height(const Napi::CallbackInfo& info);
  Napi::Value hasAlpha(const Napi::CallbackInfo& info);
  Napi::Value timeUs(const Napi::CallbackInfo& info);
  Napi::Value write(const Napi::CallbackInfo& info);
  Napi::Value read(const Napi::CallbackInfo& info);
  Napi::Value clear(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);
  FrameStore::About about() const { return store_ ? store_->about() : FrameStore::About{}; }

  std::shared_ptr<FrameStore> store_;
};

}  // namespace ami
