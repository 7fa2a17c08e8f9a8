#pragma once
// What streams and sessions tell JavaScript, without knowing of JavaScript.
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ami::pipewire {

using Properties = std::map<std::string, std::string>;
using Value = std::variant<std::string, double, bool, Properties>;
/** Becomes an object; names are literals. */
using Message = std::vector<std::pair<const char*, Value>>;
/** From any thread; never waits. */
using Tell = std::function<void(Message)>;

}  // namespace ami::pipewire
