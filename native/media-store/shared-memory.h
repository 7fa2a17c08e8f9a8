#pragma once
#if defined(_WIN32)
#include "shared-memory-windows.h"
#elif defined(__APPLE__)
#include "shared-memory-macos.h"
#else
// Memory that processes of one user share without a name in any file system: a memfd, opened by others as /proc/PID/fd/N, so that
// nothing is left behind when a process dies. Pages come into being when they are touched: a store may be as large as the largest frame.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

namespace ami {

class SharedMemory {
 public:
  /** Makes zeroed memory. Null with a sentence in `error` if the system denies it. */
  static std::unique_ptr<SharedMemory> create(const char* kind, size_t size, std::string& error) {
    std::unique_ptr<SharedMemory> memory(new SharedMemory(size));
    memory->fd_ = memfd_create(kind, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (memory->fd_ < 0 || ftruncate(memory->fd_, static_cast<off_t>(size)) != 0) return failed("shared memory cannot be made", error);
    // A reader maps what another process wrote: without the seals a shrunken file would kill it with SIGBUS.
    if (fcntl(memory->fd_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) return failed("shared memory cannot be sealed", error);
    if (!memory->map()) return failed("shared memory cannot be mapped", error);
    uint64_t id = 0;
    if (getrandom(&id, sizeof id, 0) != sizeof id) return failed("no random number", error);
    memory->id_ = id | 1;
    char address[96];
    snprintf(address, sizeof address, "%s-%d-%d-%016" PRIx64, kind, static_cast<int>(getpid()), memory->fd_, memory->id_);
    memory->address_ = address;
    return memory;
  }

  /** Maps the memory of that `address`. The caller checks `id` against the memory's content: a process id may have been reused. */
  static std::unique_ptr<SharedMemory> open(const char* kind, size_t size, const std::string& address, std::string& error) {
    int pid = 0, fd = 0, end = 0;
    uint64_t id = 0;
    const std::string format = std::string(kind) + "-%d-%d-%16" SCNx64 "%n";
    if (address.size() > 90 || sscanf(address.c_str(), format.c_str(), &pid, &fd, &id, &end) != 3 || end != static_cast<int>(address.size())) {
      error = "\"" + address.substr(0, 90) + "\" is no memory address of " + kind;
      return nullptr;
    }
    std::unique_ptr<SharedMemory> memory(new SharedMemory(size));
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, fd);
    memory->fd_ = ::open(path, O_RDWR | O_CLOEXEC);
    if (memory->fd_ < 0) return failed(address + " cannot be opened, its maker may be gone", error);
    struct stat status {};
    const int seals = fcntl(memory->fd_, F_GET_SEALS);
    if (fstat(memory->fd_, &status) != 0 || static_cast<size_t>(status.st_size) != size || seals < 0 || !(seals & F_SEAL_SHRINK)) {
      error = address + " is something else by now, its maker is gone";
      return nullptr;
    }
    if (!memory->map()) return failed(address + " cannot be mapped", error);
    memory->id_ = id;
    memory->address_ = address;
    return memory;
  }

  ~SharedMemory() {
    if (data_ != nullptr) munmap(data_, size_);
    if (fd_ >= 0) close(fd_);
  }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  uint8_t* data() const { return data_; }
  uint64_t id() const { return id_; }
  const std::string& address() const { return address_; }

  /** Where pages must be asked for this does it; here they come by themselves. False where the system gives no more. */
  bool ensure(size_t, size_t) const { return true; }

  /** Gives pages back to the system; they read as zeros then. */
  void release(size_t offset, size_t length) const {
    fallocate(fd_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset), static_cast<off_t>(length));
  }

 private:
  explicit SharedMemory(size_t size) : size_(size) {}

  bool map() {
    void* data = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd_, 0);
    if (data == MAP_FAILED) return false;
    data_ = static_cast<uint8_t*>(data);
    return true;
  }

  static std::unique_ptr<SharedMemory> failed(const std::string& what, std::string& error) {
    error = what + ": " + strerror(errno);
    return nullptr;
  }

  const size_t size_;
  int fd_ = -1;
  uint8_t* data_ = nullptr;
  uint64_t id_ = 0;
  std::string address_;
};

}  // namespace ami
#endif
