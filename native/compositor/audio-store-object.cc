#include "audio-store-object.h"

#include <cmath>

#include "arguments.h"

namespace ami {

namespace {
struct Samples {
  float* data = nullptr;
  size_t frames = 0;
};

/** Interleaved stereo of a Float32Array. */
Samples samplesOf(Arguments& read, Napi::Value value) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) {
    read.failType("The samples are not a Float32Array");
    return {};
  }
  auto array = value.As<Napi::Float32Array>();
  if (array.ElementLength() % 2 != 0) {
    read.fail(std::to_string(array.ElementLength()) + " samples are not interleaved stereo: the number is odd");
    return {};
  }
  return {array.Data(), array.ElementLength() / 2};
}
}  // namespace

Napi::Function AudioStoreObject::define(Napi::Env env) {
  return DefineClass(env, "AudioStore",
                     {
                         InstanceAccessor<&AudioStoreObject::address>("address"),
                         InstanceAccessor<&AudioStoreObject::sampleRate>("sampleRate"),
                         InstanceAccessor<&AudioStoreObject::written>("written"),
                         InstanceAccessor<&AudioStoreObject::endTimeUs>("endTimeUs"),
                         InstanceMethod<&AudioStoreObject::write>("write"),
                         InstanceMethod<&AudioStoreObject::read>("read"),
                         InstanceMethod<&AudioStoreObject::close>("close"),
                     });
}

AudioStoreObject::AudioStoreObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<AudioStoreObject>(info) {
  if (info.Length() == 1 && info[0].IsExternal()) {
    store_ = std::move(*info[0].As<Napi::External<std::unique_ptr<AudioStore>>>().Data());
    return;
  }
  Napi::TypeError::New(info.Env(), "An audio store is made by createAudioStore or openAudioStore").ThrowAsJavaScriptException();
}

Napi::Value AudioStoreObject::address(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), store_ ? store_->address() : std::string());
}

Napi::Value AudioStoreObject::sampleRate(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), store_ ? store_->sampleRate() : 0);
}

Napi::Value AudioStoreObject::written(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), store_ ? static_cast<double>(store_->written()) : 0);
}

Napi::Value AudioStoreObject::endTimeUs(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), store_ ? static_cast<double>(store_->endTimeUs()) : 0);
}

Napi::Value AudioStoreObject::write(const Napi::CallbackInfo& info) {
  Arguments read(info.Env());
  if (!store_) read.failType("The audio store is closed");
  const int64_t timeUs = read.time(info[1], "timeUs");
  if (!read.ok()) return info.Env().Undefined();
  const Samples samples = samplesOf(read, info[0]);
  if (read.ok()) store_->write(samples.data, samples.frames, timeUs);
  return info.Env().Undefined();
}

Napi::Value AudioStoreObject::read(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Arguments read(env);
  if (!store_) read.failType("The audio store is closed");
  const double from = std::floor(read.number(info[0], "the number of the first frame", 0, 9e15));
  if (!read.ok()) return env.Undefined();
  const Samples into = samplesOf(read, info[1]);
  if (!read.ok()) return env.Undefined();
  const AudioStore::Read got = store_->read(static_cast<uint64_t>(from), into.data, into.frames);
  Napi::Object answer = Napi::Object::New(env);
  answer.Set("from", static_cast<double>(got.from));
  answer.Set("frames", static_cast<double>(got.frames));
  answer.Set("timeUs", static_cast<double>(got.timeUs));
  return answer;
}

Napi::Value AudioStoreObject::close(const Napi::CallbackInfo& info) {
  store_.reset();
  return info.Env().Undefined();
}

}  // namespace ami
