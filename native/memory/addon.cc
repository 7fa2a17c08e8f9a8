// The addon's interface: what src-main/platform/memory/system-memory.ts describes.
#include <napi.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace ami::memory {

namespace {

// Of what is freed glibc returns only the end of its main heap: one small allocation behind 100 MB of freed media keeps all of
// them resident. malloc_trim() returns every whole free page of the heap.
void trim([[maybe_unused]] const Napi::CallbackInfo& info) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("trim", Napi::Function::New(env, trim, "trim"));
  return exports;
}

}  // namespace ami::memory

static Napi::Object initMemory(Napi::Env env, Napi::Object exports) { return ami::memory::init(env, exports); }
NODE_API_MODULE(memory, initMemory)
