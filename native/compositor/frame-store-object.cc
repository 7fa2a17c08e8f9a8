#include "frame-store-object.h"

#include <vector>

#include "arguments.h"
#include "instance.h"

namespace ami {

Napi::Function FrameStoreObject::define(Napi::Env env) {
  return DefineClass(env, "FrameStore",
                     {
                         InstanceAccessor<&FrameStoreObject::address>("address"),
                         InstanceAccessor<&FrameStoreObject::sequence>("sequence"),
                         InstanceAccessor<&FrameStoreObject::width>("width"),
                         InstanceAccessor<&FrameStoreObject::height>("height"),
                         InstanceAccessor<&FrameStoreObject::hasAlpha>("hasAlpha"),
                         InstanceAccessor<&FrameStoreObject::timeUs>("timeUs"),
                         InstanceMethod<&FrameStoreObject::write>("write"),
                         InstanceMethod<&FrameStoreObject::read>("read"),
                         InstanceMethod<&FrameStoreObject::clear>("clear"),
                         InstanceMethod<&FrameStoreObject::close>("close"),
                     });
}

FrameStoreObject::FrameStoreObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<FrameStoreObject>(info) {
  if (info.Length() == 1 && info[0].IsExternal()) {
    store_ = std::move(*info[0].As<Napi::External<std::unique_ptr<FrameStore>>>().Data());
    return;
  }
  Napi::TypeError::New(info.Env(), "A frame store is made by createFrameStore or openFrameStore").ThrowAsJavaScriptException();
}

FrameStoreObject* FrameStoreObject::from(Napi::Env env, Napi::Value value) {
  if (!value.IsObject()) return nullptr;
  const Napi::Object object = value.As<Napi::Object>();
  if (!object.InstanceOf(env.GetInstanceData<Instance>()->frameStore.Value())) return nullptr;
  return Unwrap(object);
}

Napi::Value FrameStoreObject::address(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), store_ ? store_->address() : std::string());
}

Napi::Value FrameStoreObject::sequence(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), store_ ? static_cast<double>(store_->sequence()) : 0);
}

Napi::Value FrameStoreObject::width(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), about().width); }

Napi::Value FrameStoreObject::height(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), about().height); }

Napi::Value FrameStoreObject::hasAlpha(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), about().hasAlpha); }

Napi::Value FrameStoreObject::timeUs(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(about().timeUs));
}

Napi::Value FrameStoreObject::write(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Arguments read(env);
  // Kept: a getter of the caller's could close it meanwhile.
  const std::shared_ptr<FrameStore> store = store_;
  if (!store) {
    read.failType("The frame store is closed");
    return env.Undefined();
  }
  const Napi::Object from = read.object(info[0], "The picture");
  if (!read.ok()) return env.Undefined();
  FrameView picture;
  picture.layout = static_cast<Layout>(read.choice(read.get(from, "layout"), "layout", {"i420", "i420a", "nv12", "bgra", "rgba"}));
  picture.width = read.integer(read.get(from, "width"), "width", 1, kMaxSide);
  picture.height = read.integer(read.get(from, "height"), "height", 1, kMaxSide);
  picture.matrix = read.choice(read.get(from, "matrix"), "matrix", {"bt709", "bt601"}, true) == 1 ? Matrix::bt601 : Matrix::bt709;
  picture.fullRange = read.choice(read.get(from, "range"), "range", {"limited", "full"}, true) == 1;
  picture.opaque = read.flag(read.get(from, "opaque"), "opaque");
  picture.premultiplied = read.flag(read.get(from, "premultiplied"), "premultiplied");
  picture.timeUs = read.time(read.get(from, "timeUs"), "timeUs");
  const Napi::Array planes = read.array(read.get(from, "planes"), "planes");
  const Napi::Array strides = read.array(read.get(from, "strides"), "strides");
  if (!read.ok()) return env.Undefined();

  std::vector<RowSpan> changed;
  const Napi::Value spans = read.get(from, "changedRows");
  const bool partial = read.ok() && !spans.IsUndefined();
  if (partial) {
    const Napi::Array list = read.array(spans, "changedRows");
    for (uint32_t i = 0; read.ok() && i < list.Length() && i < static_cast<uint32_t>(kMaxSide); i++) {
      const Napi::Array span = read.array(read.at(list, i), "changedRows[" + std::to_string(i) + "]");
      if (!read.ok()) break;
      const int first = read.integer(read.at(span, 0), "the first changed row", 0, picture.height);
      changed.push_back({first, read.integer(read.at(span, 1), "the number of changed rows", 0, picture.height)});
    }
  }
  const int w = picture.width, h = picture.height, halfW = chromaOf(w), halfH = chromaOf(h);
  Arguments::Plane held[4];
  for (uint32_t i = 0; i < 4; i++) held[i] = {read.at(planes, i), read.at(strides, i)};
  const auto plane = [&](uint32_t index, int bytes, int rows) {
    picture.planes[index] = read.plane(held[index], "plane " + std::to_string(index), bytes, rows, picture.strides[index]);
  };
  switch (picture.layout) {
    case Layout::i420:
    case Layout::i420a:
      plane(0, w, h);
      plane(1, halfW, halfH);
      plane(2, halfW, halfH);
      if (picture.layout == Layout::i420a) plane(3, w, h);
      break;
    case Layout::nv12:
      plane(0, w, h);
      plane(1, halfW * 2, halfH);
      break;
    case Layout::bgra:
    case Layout::rgba:
      plane(0, w * 4, h);
      break;
  }
  if (!read.ok()) return env.Undefined();
  const RowSpan none{0, 0};
  const std::string wrong = store->write(picture, !partial ? nullptr : changed.empty() ? &none : changed.data(), changed.size());
  if (!wrong.empty()) read.fail(wrong);
  return env.Undefined();
}

Napi::Value FrameStoreObject::read(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!store_) return env.Undefined();
  const FrameStore::Frame picture = store_->newest();
  if (!picture) return env.Undefined();
  const Planes& planes = picture.planes;
  Napi::Object copy = Napi::Object::New(env);
  const auto add = [&](const char* name, const uint8_t* from, ptrdiff_t stride, int width, int height) {
    const auto bytes = static_cast<size_t>(width);
    auto plane = Napi::Uint8Array::New(env, bytes * static_cast<size_t>(height));
    for (int row = 0; row < height; row++) memcpy(plane.Data() + static_cast<size_t>(row) * bytes, from + row * stride, bytes);
    copy.Set(name, plane);
  };
  add("y", planes.y, planes.strideY, planes.width, planes.height);
  add("u", planes.u, planes.strideC, chromaOf(planes.width), chromaOf(planes.height));
  add("v", planes.v, planes.strideC, chromaOf(planes.width), chromaOf(planes.height));
  if (planes.a != nullptr) add("a", planes.a, planes.strideA, planes.width, planes.height);
  copy.Set("width", picture.width);
  copy.Set("height", picture.height);
  copy.Set("hasAlpha", picture.hasAlpha);
  copy.Set("timeUs", static_cast<double>(picture.timeUs));
  return copy;
}

Napi::Value FrameStoreObject::clear(const Napi::CallbackInfo& info) {
  if (store_) store_->clear();
  return info.Env().Undefined();
}

Napi::Value FrameStoreObject::close(const Napi::CallbackInfo& info) {
  store_.reset();
  return info.Env().Undefined();
}

}  // namespace ami
