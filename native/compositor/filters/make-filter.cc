#include "filter.h"

namespace ami {

std::unique_ptr<Filter> makeFilter(const std::string& kind, Napi::Object settings, Arguments& read) {
  read.fail("There is no filter \"" + kind.substr(0, 60) + "\"");
  return nullptr;
}

}  // namespace ami
