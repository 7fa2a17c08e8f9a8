#include "surface-object.h"

#include <utility>

#include "arguments.h"
#include "descriptions.h"
#include "instance.h"

namespace ami {

namespace {
constexpr uint32_t kMaxLayers = 4096;
}

Napi::Function SurfaceObject::define(Napi::Env env) {
  return DefineClass(env, "Surface",
                     {
                         InstanceAccessor<&SurfaceObject::width>("width"),
                         InstanceAccessor<&SurfaceObject::height>("height"),
                         InstanceMethod<&SurfaceObject::setLayers>("setLayers"),
                         InstanceMethod<&SurfaceObject::setFilters>("setFilters"),
                         InstanceMethod<&SurfaceObject::close>("close"),
                     });
}

SurfaceObject::SurfaceObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SurfaceObject>(info) {
  if (info.Length() == 1 && info[0].IsExternal()) {
    surface_ = *info[0].As<Napi::External<std::shared_ptr<Surface>>>().Data();
    return;
  }
  Napi::TypeError::New(info.Env(), "A surface is made by createSurface").ThrowAsJavaScriptException();
}

SurfaceObject* SurfaceObject::from(Napi::Env env, Napi::Value value) {
  if (!value.IsObject()) return nullptr;
  const Napi::Object object = value.As<Napi::Object>();
  if (!object.InstanceOf(env.GetInstanceData<Instance>()->surface.Value())) return nullptr;
  return Unwrap(object);
}

Napi::Value SurfaceObject::width(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), surface_ ? surface_->width() : 0); }

Napi::Value SurfaceObject::height(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), surface_ ? surface_->height() : 0); }

Napi::Value SurfaceObject::setLayers(const Napi::CallbackInfo& info) {
  Arguments read(info.Env());
  // Kept, and checked when all is read: getters of the caller's could close it meanwhile, or put it elsewhere.
  const std::shared_ptr<Surface> surface = surface_;
  if (!surface) read.failType("The surface is closed");
  const Napi::Array list = read.array(info[0], "layers");
  if (!read.ok()) return info.Env().Undefined();
  const uint32_t count = list.Length();
  if (count > kMaxLayers) read.fail(std::to_string(count) + " layers: " + std::to_string(kMaxLayers) + " are possible");
  std::vector<std::unique_ptr<Layer>> layers;
  const auto nameOf = [](size_t i) { return "layers[" + std::to_string(i) + "]"; };
  for (uint32_t i = 0; read.ok() && i < count; i++) layers.push_back(readLayer(read, read.at(list, i), nameOf(i)));
  for (size_t i = 0; read.ok() && i < layers.size(); i++) {
    const auto& shown = layers[i]->content().surface;
    if (shown && shown->shows(surface.get())) read.fail(nameOf(i) + " is a surface that shows this one: it would show itself");
  }
  if (read.ok()) surface->setLayers(std::move(layers));
  return info.Env().Undefined();
}

Napi::Value SurfaceObject::setFilters(const Napi::CallbackInfo& info) {
  Arguments read(info.Env());
  const std::shared_ptr<Surface> surface = surface_;
  if (!surface) read.failType("The surface is closed");
  auto chain = readFilters(read, info[0], "filters", surface.get());
  if (read.ok()) surface->setFilters(std::move(chain));
  return info.Env().Undefined();
}

Napi::Value SurfaceObject::close(const Napi::CallbackInfo& info) {
  if (surface_) surface_->close();
  surface_.reset();
  return info.Env().Undefined();
}

}  // namespace ami
