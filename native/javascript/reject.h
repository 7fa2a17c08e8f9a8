#pragma once
#include <napi.h>

#include <string>

namespace ami {

/** Throws a `Napi::TypeError` or its like in JavaScript. An error that was thrown already stays: a second throw would end the process. */
template <class Error>
void reject(Napi::Env env, const std::string& sentence) {
  if (!env.IsExceptionPending()) Error::New(env, sentence).ThrowAsJavaScriptException();
}

}  // namespace ami
