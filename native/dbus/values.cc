#include "values.h"

#include <cmath>
#include <limits>
#include <type_traits>

namespace ami::dbus {

namespace {

/** Deeper than any bus takes. */
constexpr int kDeepest = 32;
/** Values of a message that is read. */
constexpr int64_t kMostValues = 200'000;

std::string append(DBusMessageIter* into, DBusSignatureIter* type, const Napi::Value& value, int depth);

template <typename Number>
std::string appendNumber(DBusMessageIter* into, int type, const Napi::Value& value) {
  if (!value.IsNumber()) return "a number is missing";
  const double given = value.As<Napi::Number>().DoubleValue();
  if constexpr (std::is_integral_v<Number>) {
    // Two to the power of its bits, which a double represents exactly where the largest number itself is rounded up.
    const double beyond = std::ldexp(1, std::numeric_limits<Number>::digits);
    if (!(given >= static_cast<double>(std::numeric_limits<Number>::min()) && given < beyond)) return std::to_string(given) + " does not fit its type";
  }
  const Number number = static_cast<Number>(given);
  return dbus_message_iter_append_basic(into, type, &number) ? "" : "it cannot be sent";
}

std::string appendBasic(DBusMessageIter* into, int type, const Napi::Value& value) {
  switch (type) {
    case DBUS_TYPE_BYTE: return appendNumber<unsigned char>(into, type, value);
    case DBUS_TYPE_INT16: return appendNumber<dbus_int16_t>(into, type, value);
    case DBUS_TYPE_UINT16: return appendNumber<dbus_uint16_t>(into, type, value);
    case DBUS_TYPE_INT32: return appendNumber<dbus_int32_t>(into, type, value);
    case DBUS_TYPE_UINT32: return appendNumber<dbus_uint32_t>(into, type, value);
    case DBUS_TYPE_INT64: return appendNumber<dbus_int64_t>(into, type, value);
    case DBUS_TYPE_UINT64: return appendNumber<dbus_uint64_t>(into, type, value);
    case DBUS_TYPE_DOUBLE: return appendNumber<double>(into, type, value);
    case DBUS_TYPE_UNIX_FD: return appendNumber<int>(into, type, value);
    case DBUS_TYPE_BOOLEAN: {
      const dbus_bool_t flag = value.ToBoolean();
      dbus_message_iter_append_basic(into, type, &flag);
      return {};
    }
    default: {
      if (!value.IsString()) return "a string is missing";
      const std::string text = value.As<Napi::String>().Utf8Value();
      const char* bytes = text.c_str();
      // The library ends the process over text that no bus takes.
      const bool fits = type == DBUS_TYPE_OBJECT_PATH ? dbus_validate_path(bytes, nullptr)
                        : type == DBUS_TYPE_SIGNATURE ? dbus_signature_validate(bytes, nullptr)
                                                      : dbus_validate_utf8(bytes, nullptr);
      if (!fits) return "\"" + text + "\" does not fit its type";
      dbus_message_iter_append_basic(into, type, &bytes);
      return {};
    }
  }
}

std::string appendDictionary(DBusMessageIter* array, DBusSignatureIter* entry, const Napi::Value& value, int depth) {
  if (!value.IsObject()) return "an object is missing";
  const Napi::Object object = value.As<Napi::Object>();
  const Napi::Array names = object.GetPropertyNames();
  for (uint32_t index = 0; index < names.Length(); index++) {
    DBusSignatureIter parts;
    dbus_signature_iter_recurse(entry, &parts);
    DBusMessageIter inner;
    dbus_message_iter_open_container(array, DBUS_TYPE_DICT_ENTRY, nullptr, &inner);
    const Napi::Value key = names.Get(index);
    std::string problem = append(&inner, &parts, key, depth);
    dbus_signature_iter_next(&parts);
    if (problem.empty()) problem = append(&inner, &parts, object.Get(key), depth);
    if (!problem.empty()) {
      dbus_message_iter_abandon_container(array, &inner);
      return problem;
    }
    dbus_message_iter_close_container(array, &inner);
  }
  return {};
}

std::string appendArray(DBusMessageIter* into, DBusSignatureIter* type, const Napi::Value& value, int depth) {
  DBusSignatureIter element;
  dbus_signature_iter_recurse(type, &element);
  char* signature = dbus_signature_iter_get_signature(&element);
  DBusMessageIter inner;
  dbus_message_iter_open_container(into, DBUS_TYPE_ARRAY, signature, &inner);
  dbus_free(signature);
  std::string problem;
  if (dbus_signature_iter_get_current_type(&element) == DBUS_TYPE_DICT_ENTRY) {
    problem = appendDictionary(&inner, &element, value, depth);
  } else if (value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == napi_uint8_array &&
             dbus_signature_iter_get_current_type(&element) == DBUS_TYPE_BYTE) {
    const Napi::Uint8Array bytes = value.As<Napi::Uint8Array>();
    const uint8_t* data = bytes.Data();
    if (bytes.ByteLength() > DBUS_MAXIMUM_ARRAY_LENGTH) problem = "too many bytes";
    else if (data != nullptr) dbus_message_iter_append_fixed_array(&inner, DBUS_TYPE_BYTE, &data, static_cast<int>(bytes.ByteLength()));
  } else if (!value.IsArray()) {
    problem = "an array is missing";
  } else {
    const Napi::Array values = value.As<Napi::Array>();
    for (uint32_t index = 0; index < values.Length() && problem.empty(); index++) {
      DBusSignatureIter each = element;
      problem = append(&inner, &each, values.Get(index), depth);
    }
  }
  if (!problem.empty()) dbus_message_iter_abandon_container(into, &inner);
  else dbus_message_iter_close_container(into, &inner);
  return problem;
}

std::string appendStructure(DBusMessageIter* into, DBusSignatureIter* type, const Napi::Value& value, int depth) {
  if (!value.IsArray()) return "an array is missing";
  const Napi::Array values = value.As<Napi::Array>();
  DBusSignatureIter part;
  dbus_signature_iter_recurse(type, &part);
  DBusMessageIter inner;
  dbus_message_iter_open_container(into, DBUS_TYPE_STRUCT, nullptr, &inner);
  std::string problem;
  uint32_t index = 0;
  do problem = append(&inner, &part, values.Get(index++), depth);
  while (problem.empty() && dbus_signature_iter_next(&part));
  if (!problem.empty()) dbus_message_iter_abandon_container(into, &inner);
  else dbus_message_iter_close_container(into, &inner);
  return problem;
}

std::string appendVariant(DBusMessageIter* into, const Napi::Value& value, int depth) {
  if (!value.IsObject()) return "{ signature, value } is missing";
  const Napi::Object object = value.As<Napi::Object>();
  const std::string signature = object.Get("signature").ToString().Utf8Value();
  if (!dbus_signature_validate_single(signature.c_str(), nullptr)) return "\"" + signature + "\" is no type";
  DBusSignatureIter type;
  dbus_signature_iter_init(&type, signature.c_str());
  DBusMessageIter inner;
  dbus_message_iter_open_container(into, DBUS_TYPE_VARIANT, signature.c_str(), &inner);
  std::string problem = append(&inner, &type, object.Get("value"), depth);
  if (!problem.empty()) dbus_message_iter_abandon_container(into, &inner);
  else dbus_message_iter_close_container(into, &inner);
  return problem;
}

std::string append(DBusMessageIter* into, DBusSignatureIter* type, const Napi::Value& value, int depth) {
  if (depth >= kDeepest) return "too deep";
  switch (const int current = dbus_signature_iter_get_current_type(type)) {
    case DBUS_TYPE_ARRAY: return appendArray(into, type, value, depth + 1);
    case DBUS_TYPE_STRUCT: return appendStructure(into, type, value, depth + 1);
    case DBUS_TYPE_VARIANT: return appendVariant(into, value, depth + 1);
    default: return appendBasic(into, current, value);
  }
}

template <typename Number>
Napi::Value readNumber(Napi::Env env, DBusMessageIter* from) {
  Number number = 0;
  dbus_message_iter_get_basic(from, &number);
  return Napi::Number::New(env, static_cast<double>(number));
}

Napi::Value read(Napi::Env env, DBusMessageIter* from, std::vector<int>& descriptors);

Napi::Value readArray(Napi::Env env, DBusMessageIter* from, std::vector<int>& descriptors) {
  const bool dictionary = dbus_message_iter_get_element_type(from) == DBUS_TYPE_DICT_ENTRY;
  DBusMessageIter inner;
  dbus_message_iter_recurse(from, &inner);
  if (!dictionary) {
    const Napi::Array values = Napi::Array::New(env);
    for (uint32_t index = 0; dbus_message_iter_get_arg_type(&inner) != DBUS_TYPE_INVALID; dbus_message_iter_next(&inner)) {
      values.Set(index++, read(env, &inner, descriptors));
    }
    return values;
  }
  const Napi::Object object = Napi::Object::New(env);
  for (; dbus_message_iter_get_arg_type(&inner) == DBUS_TYPE_DICT_ENTRY; dbus_message_iter_next(&inner)) {
    DBusMessageIter entry;
    dbus_message_iter_recurse(&inner, &entry);
    const Napi::Value key = read(env, &entry, descriptors);
    dbus_message_iter_next(&entry);
    const Napi::Value value = read(env, &entry, descriptors);
    // Defined and not set: an entry that is called __proto__ is one like any other.
    object.DefineProperty(Napi::PropertyDescriptor::Value(key.ToString(), value, napi_default_jsproperty));
  }
  return object;
}

Napi::Value read(Napi::Env env, DBusMessageIter* from, std::vector<int>& descriptors) {
  switch (dbus_message_iter_get_arg_type(from)) {
    case DBUS_TYPE_BYTE: return readNumber<unsigned char>(env, from);
    case DBUS_TYPE_INT16: return readNumber<dbus_int16_t>(env, from);
    case DBUS_TYPE_UINT16: return readNumber<dbus_uint16_t>(env, from);
    case DBUS_TYPE_INT32: return readNumber<dbus_int32_t>(env, from);
    case DBUS_TYPE_UINT32: return readNumber<dbus_uint32_t>(env, from);
    case DBUS_TYPE_INT64: return readNumber<dbus_int64_t>(env, from);
    case DBUS_TYPE_UINT64: return readNumber<dbus_uint64_t>(env, from);
    case DBUS_TYPE_DOUBLE: return readNumber<double>(env, from);
    case DBUS_TYPE_UNIX_FD: {
      int descriptor = -1;
      dbus_message_iter_get_basic(from, &descriptor);
      if (descriptor >= 0) descriptors.push_back(descriptor);
      return Napi::Number::New(env, descriptor);
    }
    case DBUS_TYPE_BOOLEAN: {
      dbus_bool_t flag = FALSE;
      dbus_message_iter_get_basic(from, &flag);
      return Napi::Boolean::New(env, flag);
    }
    case DBUS_TYPE_STRING:
    case DBUS_TYPE_OBJECT_PATH:
    case DBUS_TYPE_SIGNATURE: {
      const char* text = "";
      dbus_message_iter_get_basic(from, &text);
      return Napi::String::New(env, text);
    }
    case DBUS_TYPE_ARRAY: return readArray(env, from, descriptors);
    case DBUS_TYPE_VARIANT: {
      DBusMessageIter inner;
      dbus_message_iter_recurse(from, &inner);
      return read(env, &inner, descriptors);
    }
    case DBUS_TYPE_STRUCT: {
      const Napi::Array values = Napi::Array::New(env);
      DBusMessageIter inner;
      dbus_message_iter_recurse(from, &inner);
      for (uint32_t index = 0; dbus_message_iter_get_arg_type(&inner) != DBUS_TYPE_INVALID; dbus_message_iter_next(&inner)) {
        values.Set(index++, read(env, &inner, descriptors));
      }
      return values;
    }
    default: return env.Null();
  }
}

/** Takes what is at an iterator, and behind it, off what may still come. */
bool countValues(DBusMessageIter* from, int64_t& left) {
  for (int type = dbus_message_iter_get_arg_type(from); type != DBUS_TYPE_INVALID; type = dbus_message_iter_get_arg_type(from)) {
    if (--left < 0) return false;
    if (dbus_type_is_container(type)) {
      DBusMessageIter inner;
      dbus_message_iter_recurse(from, &inner);
      if (type == DBUS_TYPE_ARRAY && dbus_type_is_fixed(dbus_message_iter_get_element_type(from))) {
        left -= dbus_message_iter_get_element_count(from);
        if (left < 0) return false;
      } else if (!countValues(&inner, left)) {
        return false;
      }
    }
    dbus_message_iter_next(from);
  }
  return true;
}

}  // namespace

std::string appendValues(Napi::Env env, DBusMessage* message, const std::string& signature, const Napi::Array& values) {
  if (signature.empty()) return {};
  if (!dbus_signature_validate(signature.c_str(), nullptr)) return "\"" + signature + "\" is no signature";
  DBusMessageIter into;
  dbus_message_iter_init_append(message, &into);
  DBusSignatureIter type;
  dbus_signature_iter_init(&type, signature.c_str());
  uint32_t index = 0;
  do {
    std::string problem = append(&into, &type, values.Get(index), 0);
    if (!problem.empty()) return "argument " + std::to_string(index + 1) + " of " + signature + ": " + problem;
    index++;
  } while (dbus_signature_iter_next(&type));
  return {};
}

bool hasFewValues(DBusMessage* message) {
  DBusMessageIter from;
  int64_t left = kMostValues;
  return !dbus_message_iter_init(message, &from) || countValues(&from, left);
}

Napi::Array readValues(Napi::Env env, DBusMessage* message, std::vector<int>& descriptors) {
  const Napi::Array values = Napi::Array::New(env);
  DBusMessageIter from;
  if (!dbus_message_iter_init(message, &from)) return values;
  for (uint32_t index = 0; dbus_message_iter_get_arg_type(&from) != DBUS_TYPE_INVALID; dbus_message_iter_next(&from)) {
    values.Set(index++, read(env, &from, descriptors));
  }
  return values;
}

}  // namespace ami::dbus
