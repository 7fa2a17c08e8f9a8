#pragma once
// Hot loops are written once, plainly, as always-inlined functions; the compiler vectorises them for the machine's widest useful set.
// AMI_DISPATCH makes one compiled for AVX2 and one for any processor of the kind, and chooses when it is called.
#if defined(__x86_64__)
#include <immintrin.h>
#define AMI_AVX2 __attribute__((target("avx2,bmi2,fma")))
#endif
#define AMI_INLINE inline __attribute__((always_inline))

namespace ami {

inline bool hasAvx2() {
#if defined(_WIN32) && !defined(__clang__)
  // GCC aligns the stack of Windows to 16 bytes and spills registers of 32 as if they were aligned (its bug 54412).
  return false;
#elif defined(__x86_64__)
  static const bool present = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
  return present;
#else
  return false;
#endif
}

}  // namespace ami

#if defined(__x86_64__)
/** `AMI_DISPATCH(name, (type a, type b), (a, b))` defines `name` from an always-inlined `nameKernel` of the same arguments. */
#define AMI_DISPATCH(name, parameters, arguments)                  \
  AMI_AVX2 inline void name##Avx2 parameters { name##Kernel arguments; } \
  inline void name##Plain parameters { name##Kernel arguments; }   \
  inline void name parameters {                                    \
    if (ami::hasAvx2()) name##Avx2 arguments;                      \
    else name##Plain arguments;                                    \
  }
#else
#define AMI_DISPATCH(name, parameters, arguments) \
  inline void name parameters { name##Kernel arguments; }
#endif
