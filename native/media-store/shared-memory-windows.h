#pragma once
// Memory that processes of one user share, on Windows: a section of the page file whose name is known only from its maker's `address`. It
// ends with its last handle. Only memory addresses are reserved: pages are taken from the page file where `ensure` asks for them.
#include <windows.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

// After windows.h.
#include <bcrypt.h>

namespace ami {

class SharedMemory {
 public:
  /** Makes zeroed memory. Null with a sentence in `error` if the system denies it. */
  static std::unique_ptr<SharedMemory> create(const char* kind, size_t size, std::string& error) {
    std::unique_ptr<SharedMemory> memory(new SharedMemory(size));
    uint64_t id = 0;
    if (BCryptGenRandom(nullptr, reinterpret_cast<PUCHAR>(&id), sizeof id, BCRYPT_USE_SYSTEM_PREFERRED_RNG) != 0) return failed("no random number", error);
    memory->id_ = id | 1;
    char address[96];
    snprintf(address, sizeof address, "%s-%lu-%016" PRIx64, kind, GetCurrentProcessId(), memory->id_);
    memory->address_ = address;
    const auto high = static_cast<DWORD>(static_cast<uint64_t>(size) >> 32), low = static_cast<DWORD>(size);
    memory->section_ = CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE | SEC_RESERVE, high, low, memory->name().c_str());
    if (memory->section_ == nullptr || GetLastError() == ERROR_ALREADY_EXISTS) return failed("shared memory cannot be made", error);
    if (!memory->map() || !memory->ensure(0, kPage)) return failed("shared memory cannot be mapped", error);
    return memory;
  }

  /** Maps the memory of that `address`. The caller checks `id` against the memory's content. */
  static std::unique_ptr<SharedMemory> open(const char* kind, size_t size, const std::string& address, std::string& error) {
    unsigned long pid = 0;
    uint64_t id = 0;
    int end = 0;
    const std::string format = std::string(kind) + "-%lu-%16" SCNx64 "%n";
    if (address.size() > 90 || sscanf(address.c_str(), format.c_str(), &pid, &id, &end) != 2 || end != static_cast<int>(address.size())) {
      error = "\"" + address.substr(0, 90) + "\" is no memory address of " + kind;
      return nullptr;
    }
    std::unique_ptr<SharedMemory> memory(new SharedMemory(size));
    memory->id_ = id;
    memory->address_ = address;
    memory->section_ = OpenFileMappingA(FILE_MAP_READ | FILE_MAP_WRITE, FALSE, memory->name().c_str());
    if (memory->section_ == nullptr) return failed(address + " cannot be opened, its maker may be gone", error);
    if (!memory->map()) return failed(address + " cannot be mapped", error);
    MEMORY_BASIC_INFORMATION about{};
    if (VirtualQuery(memory->data_, &about, sizeof about) == 0 || about.State != MEM_COMMIT) {
      error = address + " is something else by now, its maker is gone";
      return nullptr;
    }
    return memory;
  }

  ~SharedMemory() {
    if (data_ != nullptr) UnmapViewOfFile(data_);
    if (section_ != nullptr) CloseHandle(section_);
  }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  uint8_t* data() const { return data_; }
  uint64_t id() const { return id_; }
  const std::string& address() const { return address_; }

  /** Takes pages for that part, for all who map it. False where the page file is full. */
  bool ensure(size_t offset, size_t length) const { return length == 0 || VirtualAlloc(data_ + offset, length, MEM_COMMIT, PAGE_READWRITE) != nullptr; }

  /** A section keeps its pages until it ends. */
  void release(size_t, size_t) const {}

 private:
  static constexpr size_t kPage = 4096;
  explicit SharedMemory(size_t size) : size_(size) {}

  std::string name() const { return "Local\\ami-" + address_; }

  bool map() {
    data_ = static_cast<uint8_t*>(MapViewOfFile(section_, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, size_));
    return data_ != nullptr;
  }

  static std::unique_ptr<SharedMemory> failed(const std::string& what, std::string& error) {
    error = what + ": error " + std::to_string(GetLastError());
    return nullptr;
  }

  const size_t size_;
  HANDLE section_ = nullptr;
  uint8_t* data_ = nullptr;
  uint64_t id_ = 0;
  std::string address_;
};

}  // namespace ami
