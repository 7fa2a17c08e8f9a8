#include "arguments.h"

#include <cmath>
#include <cstdio>

#include "javascript/reject.h"

namespace ami {

namespace {
std::string written(double value) {
  char text[32];
  snprintf(text, sizeof text, "%.10g", value);
  return text;
}
}  // namespace

void Arguments::fail(const std::string& sentence) {
  if (failed_) return;
  failed_ = true;
  reject<Napi::RangeError>(env_, sentence);
}

void Arguments::failType(const std::string& sentence) {
  if (failed_) return;
  failed_ = true;
  reject<Napi::TypeError>(env_, sentence);
}

double Arguments::number(Napi::Value value, const std::string& name, double least, double most) {
  if (failed_) return 0;
  if (!value.IsNumber()) {
    failType(name + " is not a number");
    return 0;
  }
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!(number >= least && number <= most)) {
    fail(name + " is " + written(number) + ": " + written(least) + " to " + written(most) + " are possible");
    return 0;
  }
  return number;
}

int Arguments::integer(Napi::Value value, const std::string& name, int least, int most) {
  const double read = number(value, name, least, most);
  if (read != std::floor(read)) {
    fail(name + " is " + written(read) + ", not a whole number");
    return 0;
  }
  return static_cast<int>(read);
}

int64_t Arguments::time(Napi::Value value, const std::string& name) {
  return static_cast<int64_t>(number(value, name, -9e15, 9e15));
}

bool Arguments::flag(Napi::Value value, const std::string& name) {
  if (failed_ || value.IsUndefined()) return false;
  if (!value.IsBoolean()) {
    failType(name + " is neither true nor false");
    return false;
  }
  return value.As<Napi::Boolean>().Value();
}

std::string Arguments::text(Napi::Value value, const std::string& name) {
  if (failed_) return {};
  if (!value.IsString()) {
    failType(name + " is not a text");
    return {};
  }
  return value.As<Napi::String>().Utf8Value();
}

size_t Arguments::choice(Napi::Value value, const std::string& name, const std::vector<std::string>& choices, bool optional) {
  if (failed_ || (optional && value.IsUndefined())) return 0;
  const std::string chosen = text(value, name);
  for (size_t i = 0; i < choices.size(); i++) {
    if (choices[i] == chosen) return i;
  }
  std::string list;
  for (const std::string& one : choices) list += (list.empty() ? "" : ", ") + one;
  fail(name + " is \"" + chosen.substr(0, 60) + "\": one of " + list + " is possible");
  return 0;
}

Napi::Object Arguments::object(Napi::Value value, const std::string& name) {
  if (!failed_ && value.IsObject()) return value.As<Napi::Object>();
  failType(name + " is not an object");
  return {};
}

Napi::Array Arguments::array(Napi::Value value, const std::string& name) {
  if (!failed_ && value.IsArray()) return value.As<Napi::Array>();
  failType(name + " is not a list");
  return {};
}

Napi::Value Arguments::get(Napi::Object from, const char* name) {
  if (failed_) return env_.Undefined();
  napi_value value = nullptr;
  if (napi_get_named_property(env_, from, name, &value) != napi_ok) {
    // A getter of the caller threw: its own error stays.
    failed_ = true;
    return env_.Undefined();
  }
  return {env_, value};
}

Napi::Value Arguments::at(Napi::Array from, uint32_t index) {
  if (failed_) return env_.Undefined();
  napi_value value = nullptr;
  if (napi_get_element(env_, from, index, &value) != napi_ok) {
    failed_ = true;
    return env_.Undefined();
  }
  return {env_, value};
}

Arguments::Bytes Arguments::bytes(Napi::Value value, const std::string& name) {
  if (failed_) return {};
  bool isTyped = false;
  napi_typedarray_type type{};
  size_t length = 0;
  void* data = nullptr;
  if (napi_is_typedarray(env_, value, &isTyped) != napi_ok || !isTyped ||
      napi_get_typedarray_info(env_, value, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      (type != napi_uint8_array && type != napi_uint8_clamped_array)) {
    failType(name + " is not a Uint8Array");
    return {};
  }
  return {static_cast<uint8_t*>(data), length};
}

uint8_t* Arguments::plane(const Plane& from, const std::string& name, int width, int rows, ptrdiff_t& stride) {
  const Bytes held = bytes(from.memory, name);
  const double read = number(from.stride, "stride of " + name, width, 1 << 28);
  if (failed_) return nullptr;
  stride = static_cast<ptrdiff_t>(read);
  const size_t needed = static_cast<size_t>(stride) * static_cast<size_t>(rows - 1) + static_cast<size_t>(width);
  if (held.length < needed) {
    fail(name + " holds " + std::to_string(held.length) + " bytes, " + std::to_string(needed) + " are needed");
    return nullptr;
  }
  return held.data;
}

}  // namespace ami
