#pragma once
#include <napi.h>

#include <memory>

#include "surface.h"

namespace ami {

/** The JavaScript face of a surface. */
class SurfaceObject : public Napi::ObjectWrap<SurfaceObject> {
 public:
  static Napi::Function define(Napi::Env env);
  /** With a pointer to a `shared_ptr<Surface>` as External. */
  explicit SurfaceObject(const Napi::CallbackInfo& info);

  /** Null after `close`. */
  const std::shared_ptr<Surface>& surface() const { return surface_; }
  /** The surface behind a JavaScript value, or null where it is something else. */
  static SurfaceObject* from(Napi::Env env, Napi::Value value);

 private:
  Napi::Value width(const Napi::CallbackInfo& info);
  Napi::Value height(const Napi::CallbackInfo& info);
  Napi::Value setLayers(const Napi::CallbackInfo& info);
  Napi::Value setFilters(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  std::shared_ptr<Surface> surface_;
};

}  // namespace ami
