#pragma once
// What all stores have in common: shared memory whose first bytes say which store it is.
#include <memory>
#include <string>

#include "shared-memory.h"

namespace ami {

/** The first member of a store's header. */
struct StoreMark {
  uint64_t magic;
  uint64_t id;
};

/** Zeroed memory for a new store, with its mark. Null with a sentence in `error` if the system denies it. */
inline std::unique_ptr<SharedMemory> createStoreMemory(const char* kind, uint64_t magic, size_t size, std::string& error) {
  auto memory = SharedMemory::create(kind, size, error);
  if (memory) *reinterpret_cast<StoreMark*>(memory->data()) = {magic, memory->id()};
  return memory;
}

/** The memory of the store of that `address`. Null with a sentence in `error` if its maker is gone. */
inline std::unique_ptr<SharedMemory> openStoreMemory(const char* kind, uint64_t magic, size_t size, const std::string& address,
                                                     std::string& error) {
  auto memory = SharedMemory::open(kind, size, address, error);
  if (!memory) return nullptr;
  const auto& mark = *reinterpret_cast<const StoreMark*>(memory->data());
  if (mark.magic == magic && mark.id == memory->id()) return memory;
  error = address + " is something else by now, its maker is gone";
  return nullptr;
}

}  // namespace ami
