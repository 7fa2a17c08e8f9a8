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

// The `sockaddr` of a socket at a path; false if the path is invalid. A name in the abstract namespace starts with @.
bool addressOf(const std::string& path, sockaddr_un& address) {
  if (path.size() < 2 || path.size() >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@')) return false;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path[0] == '@') address.sun_path[0] = '\0';
  return true;
}

socklen_t sizeOfAddress(const std::string& path) { return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size()); }

// sd_notify(3): one datagram of NAME=VALUE lines to the socket that the service manager named, descriptors beside it.
void notify(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 3 || !info[0].IsString() || !info[1].IsString() || !info[2].IsArray())
    return reject<Napi::TypeError>(env, "notify takes the socket's path, the lines and a list of descriptors");
  const std::string path = info[0].As<Napi::String>();
  std::string text = info[1].As<Napi::String>();
  const Napi::Array list = info[2].As<Napi::Array>();
  sockaddr_un address{};
  if (!addressOf(path, address)) return reject<Napi::RangeError>(env, "the path of the notify socket is invalid");
  if (list.Length() > maxDescriptors) return reject<Napi::RangeError>(env, "too many descriptors");
  std::vector<int> descriptors;
  for (uint32_t index = 0; index < list.Length(); index++) descriptors.push_back(list.Get(index).ToNumber().Int32Value());

  iovec bytes{text.data(), text.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * maxDescriptors)] = {};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = sizeOfAddress(path);
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

// A socket that takes such datagrams, at a path where nothing is yet: its descriptor.
Napi::Value bindReceiver(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  sockaddr_un address{};
  const std::string path = info.Length() > 0 && info[0].IsString() ? info[0].As<Napi::String>().Utf8Value() : "";
  if (!addressOf(path, address)) {
    reject<Napi::RangeError>(env, "the path of the socket is invalid");
    return env.Undefined();
  }
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0 || ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeOfAddress(path)) < 0) {
    const std::string failure = systemError(socket < 0 ? "socket" : "bind");
    if (socket >= 0) ::close(socket);
    reject<Napi::Error>(env, failure);
    return env.Undefined();
  }
  return Napi::Number::New(env, socket);
}

// The next datagram as { lines, descriptors }; undefined where none waits.
Napi::Value receive(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (info.Length() < 1 || !info[0].IsNumber()) {
    reject<Napi::TypeError>(env, "receive takes the descriptor of a socket");
    return env.Undefined();
  }
  char text[4096];
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * maxDescriptors)] = {};
  iovec bytes{text, sizeof(text)};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  const ssize_t size = ::recvmsg(info[0].As<Napi::Number>().Int32Value(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (size < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK) reject<Napi::Error>(env, systemError("recvmsg"));
    return env.Undefined();
  }
  const Napi::Array descriptors = Napi::Array::New(env);
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t index = 0; index < count; index++) {
      int descriptor = -1;
      std::memcpy(&descriptor, CMSG_DATA(header) + index * sizeof(int), sizeof(int));
      descriptors.Set(descriptors.Length(), Napi::Number::New(env, descriptor));
    }
  }
  const Napi::Object datagram = Napi::Object::New(env);
  datagram.Set("lines", Napi::String::New(env, text, static_cast<size_t>(size)));
  datagram.Set("descriptors", descriptors);
  return datagram;
}

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("bindReceiver", Napi::Function::New(env, bindReceiver, "bindReceiver"));
  exports.Set("receive", Napi::Function::New(env, receive, "receive"));
  exports.Set("notify", Napi::Function::New(env, notify, "notify"));
  return exports;
}

}  // namespace ami::service_manager

static Napi::Object initServiceManager(Napi::Env env, Napi::Object exports) { return ami::service_manager::init(env, exports); }
NODE_API_MODULE(service_manager, initServiceManager)
