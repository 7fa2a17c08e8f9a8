#pragma once
// Reads options that JavaScript gives by name: what is of another type counts as not given.
#include <napi.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace ami {

inline std::string textOf(const Napi::Object& options, const char* name) {
  const Napi::Value value = options.Get(name);
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

/** Limited to what the reader can do with it. */
inline double numberOf(const Napi::Object& options, const char* name, double least, double most, double otherwise) {
  const Napi::Value value = options.Get(name);
  const double given = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : otherwise;
  return std::isnan(given) ? otherwise : std::clamp(given, least, most);
}

}  // namespace ami
