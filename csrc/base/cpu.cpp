#include "base/cpu.h"

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "base/error.h"

namespace ganglion {
namespace {

bool supported([[maybe_unused]] Isa isa) {
#if defined(__x86_64__)
    switch (isa) {
        case Isa::baseline:
            return true;
        case Isa::avx2:
            return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
        case Isa::avx512:
            return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
    }
#endif
    return isa == Isa::baseline;
}

std::string names(const std::vector<Isa>& isas) {
    std::string text;
    for (const Isa isa : isas) text += (text.empty() ? "" : ", ") + std::string(name(isa));
    return text;
}

Isa choose() {
    const std::vector<Isa> isas = available_isas();
    const char* wanted = std::getenv("GANGLION_ISA");
    if (wanted == nullptr || *wanted == '\0') return isas.back();
    for (const Isa isa : isas) {
        if (std::string(wanted) == name(isa)) return isa;
    }
    fail("GANGLION_ISA", "'", wanted, "' is not one this machine runs: ", names(isas));
}

/// What the system says of the second cache, or what many CPUs have.
Index read_second_cache_size() {
    constexpr Index common = 512 * 1024;
#if defined(_SC_LEVEL2_CACHE_SIZE)
    const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
    if (bytes > 0) return static_cast<Index>(bytes);
#endif
    return common;
}

}  // namespace

const char* name(Isa isa) {
    switch (isa) {
        case Isa::baseline:
            return "baseline";
        case Isa::avx2:
            return "avx2";
        case Isa::avx512:
            return "avx512";
    }
    return "";
}

std::vector<Isa> built_isas() {
#if defined(__x86_64__)
    return {Isa::baseline, Isa::avx2, Isa::avx512};
#else
    return {Isa::baseline};
#endif
}

std::vector<Isa> available_isas() {
    std::vector<Isa> isas;
    for (const Isa isa : built_isas()) {
        if (supported(isa)) isas.push_back(isa);
    }
    return isas;
}

Isa selected_isa() {
    static const Isa isa = choose();
    return isa;
}

Index second_cache_size() {
    static const Index bytes = read_second_cache_size();
    return bytes;
}

}  // namespace ganglion
