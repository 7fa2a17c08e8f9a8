#pragma once
#include <napi.h>

namespace ami {

/** Classes of one environment: the main thread and each worker thread has its own. */
struct Classes {
  Napi::FunctionReference frameStore;
  Napi::FunctionReference soundStore;
};

}  // namespace ami
