#include "sound-store-object.h"

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

Napi::Function SoundStoreObject::define(Napi::Env env) {
  return DefineClass(env, "SoundStore",
                     {
                         InstanceAccessor<&SoundStoreObject::address>("address"),
                         InstanceAccessor<&SoundStoreObject::sampleRate>("sampleRate"),
                         InstanceAccessor<&SoundStoreObject::written>("written"),
                         InstanceAccessor<&SoundStoreObject::endTimeUs>("endTimeUs"),
                         InstanceMethod<&SoundStoreObject::write>("write"),
                         InstanceMethod<&SoundStoreObject::read>("read"),
                         InstanceMethod<&SoundStoreObject::close>("close"),
                     });
}

SoundStoreObject::SoundStoreObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SoundStoreObject>(info) {
  if (info.Length() == 1 && info[0].IsExternal()) {
    store_ = std::move(*info[0].As<Napi::External<std::unique_ptr<SoundStore>>>().Data());
    return;
  }
  Napi::TypeError::New(info.Env(), "A sound store is made by createSoundStore or openSoundStore").ThrowAsJavaScriptException();
}

Napi::Value SoundStoreObject::address(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), store_ ? store_->address() : std::string());
}

Napi::Value SoundStoreObject::sampleRate(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), store_ ? store_->sampleRate() : 0);
}

Napi::Value SoundStoreObject::written(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), store_ ? static_cast<double>(store_->written()) : 0);
}

Napi::Value SoundStoreObject::endTimeUs(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), store_ ? static_cast<double>(store_->endTimeUs()) : 0);
}

Napi::Value SoundStoreObject::write(const Napi::CallbackInfo& info) {
  Arguments read(info.Env());
  if (!store_) read.failType("The sound store is closed");
  const int64_t timeUs = read.time(info[1], "timeUs");
  if (!read.ok()) return info.Env().Undefined();
  const Samples samples = samplesOf(read, info[0]);
  if (read.ok()) store_->write(samples.data, samples.frames, timeUs);
  return info.Env().Undefined();
}

Napi::Value SoundStoreObject::read(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Arguments read(env);
  if (!store_) read.failType("The sound store is closed");
  const double from = std::floor(read.number(info[0], "the number of the first frame", 0, 9e15));
  if (!read.ok()) return env.Undefined();
  const Samples into = samplesOf(read, info[1]);
  if (!read.ok()) return env.Undefined();
  const SoundStore::Read got = store_->read(static_cast<uint64_t>(from), into.data, into.frames);
  Napi::Object answer = Napi::Object::New(env);
  answer.Set("from", static_cast<double>(got.from));
  answer.Set("frames", static_cast<double>(got.frames));
  answer.Set("timeUs", static_cast<double>(got.timeUs));
  return answer;
}

Napi::Value SoundStoreObject::close(const Napi::CallbackInfo& info) {
  store_.reset();
  return info.Env().Undefined();
}

}  // namespace ami
