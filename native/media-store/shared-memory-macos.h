#pragma once
// Memory that processes of one user share, on macOS: a POSIX object whose name is known only from its maker's `address`. Its maker unlinks
// the name; a maker that is killed leaves it behind until the machine restarts.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

namespace ami {

class SharedMemory {
 public:
  /** Makes zeroed memory. Null with a sentence in `error` if the system denies it. */
  static std::unique_ptr<SharedMemory> create(const char* kind, size_t size, std::string& error) {
    std::unique_ptr<SharedMemory> memory(new SharedMemory(size));
    arc4random_buf(&memory->id_, sizeof memory->id_);
    memory->id_ |= 1;
    char address[96];
    snprintf(address, sizeof address, "%s-%016" PRIx64, kind, memory->id_);
    memory->address_ = address;
    memory->fd_ = shm_open(memory->name().c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
    if (memory->fd_ < 0) return failed("shared memory cannot be made", error);
    memory->made_ = true;
    if (ftruncate(memory->fd_, static_cast<off_t>(size)) != 0 || !memory->map()) return failed("shared memory cannot be mapped", error);
    return memory;
  }

  /** Maps the memory of that `address`. The caller checks `id` against the memory's content. */
  static std::unique_ptr<SharedMemory> open(const char* kind, size_t size, const std::string& address, std::string& error) {
    uint64_t id = 0;
    int end = 0;
    const std::string format = std::string(kind) + "-%16" SCNx64 "%n";
    if (address.size() > 90 || sscanf(address.c_str(), format.c_str(), &id, &end) != 1 || end != static_cast<int>(address.size())) {
      error = "\"" + address.substr(0, 90) + "\" is no memory address of " + kind;
      return nullptr;
    }
    std::unique_ptr<SharedMemory> memory(new SharedMemory(size));
    memory->id_ = id;
    memory->address_ = address;
    memory->fd_ = shm_open(memory->name().c_str(), O_RDWR, 0);
    if (memory->fd_ < 0) return failed(address + " cannot be opened, its maker may be gone", error);
    struct stat status {};
    // The system rounds the size up to its pages. Such objects cannot be made smaller once they have one.
    if (fstat(memory->fd_, &status) != 0 || static_cast<size_t>(status.st_size) < size) {
      error = address + " is something else by now, its maker is gone";
      return nullptr;
    }
    if (!memory->map()) return failed(address + " cannot be mapped", error);
    return memory;
  }

  ~SharedMemory() {
    if (data_ != nullptr) munmap(data_, size_);
    if (fd_ >= 0) close(fd_);
    if (made_) shm_unlink(name().c_str());
  }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  uint8_t* data() const { return data_; }
  uint64_t id() const { return id_; }
  const std::string& address() const { return address_; }
  /** Pages come by themselves. */
  bool ensure(size_t, size_t) const { return true; }
  /** An object keeps its pages until it ends. */
  void release(size_t, size_t) const {}

 private:
  explicit SharedMemory(size_t size) : size_(size) {}

  /** At most 31 letters are allowed. */
  std::string name() const {
    char name[32];
    snprintf(name, sizeof name, "/ami-%c-%016" PRIx64, address_[0], id_);
    return name;
  }

  bool map() {
    void* data = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
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
  bool made_ = false;
  uint8_t* data_ = nullptr;
  uint64_t id_ = 0;
  std::string address_;
};

}  // namespace ami
