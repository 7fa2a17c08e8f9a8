// The addon's interface: what src-main/platform/service-manager/notifier.ts describes.
#include <napi.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "javascript/reject.h"

namespace ami::service_manager {

namespace {

// More than the host has listeners; systemd takes 253 in one message.
constexpr size_t maxDescriptors = 16;

std::string systemError(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

// sd_notify(3): one datagram of NAME=VALUE lines to the socket that the service manager named, descriptors beside it.
void notify(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 3 || !info[0].IsString() || !info[1].IsString() || !info[2].IsArray())
    return reject<Napi::TypeError>(env, "notify takes the socket's path, the lines and a list of descriptors");
  const std::string path = info[0].As<Napi::String>();
  std::string text = info[1].As<Napi::String>();
  const Napi::Array list = info[2].As<Napi::Array>();
  sockaddr_un address{};
  if (path.size() < 2 || path.size() >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
    return reject<Napi::RangeError>(env, "the path of the notify socket is invalid");
  if (list.Length() > maxDescriptors) return reject<Napi::RangeError>(env, "too many descriptors");
  std::vector<int> descriptors;
  for (uint32_t index = 0; index < list.Length(); index++) descriptors.push_back(list.Get(index).ToNumber().Int32Value());

  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  // A name in the abstract namespace starts with zero and has no end but its length.
  if (path[0] == '@') address.sun_path[0] = '\0';
  iovec bytes{text.data(), text.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * maxDescriptors)] = {};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    const size_t size = sizeof(int) * descriptors.size();
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(size);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(header), descriptors.data(), size);
  }
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return reject<Napi::Error>(env, systemError("socket"));
  const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  const std::string failure = sent < 0 ? systemError("sendmsg") : "";
  ::close(socket);
  if (sent < 0) reject<Napi::Error>(env, failure);
}

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("notify", Napi::Function::New(env, notify, "notify"));
  return exports;
}

}  // namespace ami::service_manager

static Napi::Object initServiceManager(Napi::Env env, Napi::Object exports) { return ami::service_manager::init(env, exports); }
NODE_API_MODULE(service_manager, initServiceManager)
