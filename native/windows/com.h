#pragma once
#include <unknwn.h>

namespace windows {

/** Owns a COM object, and releases it. */
template <typename T>
class Com {
 public:
  Com() = default;
  Com(const Com& other) : object_(other.object_) {
    if (object_ != nullptr) object_->AddRef();
  }
  Com(Com&& other) noexcept : object_(other.object_) { other.object_ = nullptr; }
  Com& operator=(Com other) noexcept {
    T* mine = object_;
    object_ = other.object_;
    other.object_ = mine;
    return *this;
  }
  ~Com() { reset(); }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

  void reset() {
    if (object_ != nullptr) object_->Release();
    object_ = nullptr;
  }

  /** For functions that hand out an object. */
  T** out() {
    reset();
    return &object_;
  }
  void** outVoid() { return reinterpret_cast<void**>(out()); }

  /** The same object by another of its interfaces; empty where it has no such. */
  template <typename Other>
  Com<Other> as(const IID& id = __uuidof(Other)) const {
    Com<Other> other;
    if (object_ != nullptr && FAILED(object_->QueryInterface(id, other.outVoid()))) other.reset();
    return other;
  }

 private:
  T* object_ = nullptr;
};

}  // namespace windows
