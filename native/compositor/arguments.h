#pragma once
// Takes JavaScript values apart. What does not fit throws a RangeError or TypeError in JavaScript that names the value; the first one
// counts, later reads of the same call give zeros, so that callers check `ok()` once at the end.
#include <napi.h>

#include <string>
#include <vector>

namespace ami {

class Arguments {
 public:
  explicit Arguments(Napi::Env env) : env_(env) {}

  bool ok() const { return !failed_; }
  Napi::Env env() const { return env_; }
  void fail(const std::string& sentence);
  void failType(const std::string& sentence);

  double number(Napi::Value value, const std::string& name, double least, double most);
  int integer(Napi::Value value, const std::string& name, int least, int most);
  /** Microseconds of the monotonic clock. */
  int64_t time(Napi::Value value, const std::string& name);
  /** `undefined` is false. */
  bool flag(Napi::Value value, const std::string& name);
  std::string text(Napi::Value value, const std::string& name);
  /** Index in `choices`; the first where the value is undefined and `optional`. */
  size_t choice(Napi::Value value, const std::string& name, const std::vector<std::string>& choices, bool optional = false);
  Napi::Object object(Napi::Value value, const std::string& name);
  Napi::Array array(Napi::Value value, const std::string& name);

  /** Property of an object; undefined after a failure. */
  Napi::Value get(Napi::Object from, const char* name);
  Napi::Value at(Napi::Array from, uint32_t index);

  struct Bytes {
    uint8_t* data = nullptr;
    size_t length = 0;
  };
  Bytes bytes(Napi::Value value, const std::string& name);

  struct Plane {
    Napi::Value memory, stride;
  };
  /**
   * A plane of `rows` rows of `width` bytes: the memory must hold them. All planes of a frame are got before the first is read, for a
   * getter of the caller's could take memory away that was looked at already.
   */
  uint8_t* plane(const Plane& from, const std::string& name, int width, int rows, ptrdiff_t& stride);

 private:
  Napi::Env env_;
  bool failed_ = false;
};

}  // namespace ami
