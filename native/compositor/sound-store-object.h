#pragma once
#include <napi.h>

#include <memory>

#include "media-store/sound-store.h"

namespace ami {

/** The JavaScript face of a sound store. */
class SoundStoreObject : public Napi::ObjectWrap<SoundStoreObject> {
 public:
  static Napi::Function define(Napi::Env env);
  /** With a pointer to a `unique_ptr<SoundStore>` as External. */
  explicit SoundStoreObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value address(const Napi::CallbackInfo& info);
  Napi::Value sampleRate(const Napi::CallbackInfo& info);
  Napi::Value written(const Napi::CallbackInfo& info);
  Napi::Value endTimeUs(const Napi::CallbackInfo& info);
  Napi::Value write(const Napi::CallbackInfo& info);
  Napi::Value read(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  std::unique_ptr<SoundStore> store_;
};

}  // namespace ami
