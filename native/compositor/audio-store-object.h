#pragma once
#include <napi.h>

#include <memory>

#include "media-store/audio-store.h"

namespace ami {

/** The JavaScript face of an audio store. */
class AudioStoreObject : public Napi::ObjectWrap<AudioStoreObject> {
 public:
  static Napi::Function define(Napi::Env env);
  /** With a pointer to a `unique_ptr<AudioStore>` as External. */
  explicit AudioStoreObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value address(const Napi::CallbackInfo& info);
  Napi::Value sampleRate(const Napi::CallbackInfo& info);
  Napi::Value written(const Napi::CallbackInfo& info);
  Napi::Value endTimeUs(const Napi::CallbackInfo& info);
  Napi::Value write(const Napi::CallbackInfo& info);
  Napi::Value read(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  std::unique_ptr<AudioStore> store_;
};

}  // namespace ami
