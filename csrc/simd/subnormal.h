#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace ganglion {

/// While it lives, this thread's arithmetic takes subnormal numbers as zero and gives zero for
/// them: CPUs are several times slower on them.
class FlushSubnormals {
  public:
    FlushSubnormals() : before_(control()) { set_control(before_ | kFlush); }
    ~FlushSubnormals() { set_control(before_); }
    FlushSubnormals(const FlushSubnormals&) = delete;
    FlushSubnormals& operator=(const FlushSubnormals&) = delete;

  private:
#if defined(__x86_64__)
    using Control = unsigned;
    static constexpr Control kFlush = 0x8040;  // results, operands
    static Control control() { return _mm_getcsr(); }
    static void set_control(Control bits) { _mm_setcsr(bits); }
#elif defined(__aarch64__)
    using Control = std::uint64_t;
    static constexpr Control kFlush = Control{1} << 24;
    static Control control() {
        Control bits;
        asm volatile("mrs %0, fpcr" : "=r"(bits) : : "memory");
        return bits;
    }
    static void set_control(Control bits) { asm volatile("msr fpcr, %0" : : "r"(bits) : "memory"); }
#else
    using Control = unsigned;
    static constexpr Control kFlush = 0;
    static Control control() { return 0; }
    static void set_control(Control) {}
#endif

    Control before_;
};

}  // namespace ganglion
