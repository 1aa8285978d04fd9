#include "base/buffer.h"

#include <atomic>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace ganglion {
namespace {

std::atomic<std::int64_t> allocations{0};

/// Memory of this size is worth pages that are large: fewer of them have to be looked up.
constexpr std::size_t kLarge = 4 * 1024 * 1024;
constexpr std::size_t kLargePage = 2 * 1024 * 1024;

void ask_for_large_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
    void* begin = memory;
    if (bytes >= kLarge && std::align(kLargePage, kLargePage, begin, bytes) != nullptr) {
        madvise(begin, bytes / kLargePage * kLargePage, MADV_HUGEPAGE);  // an advice: it may fail
    }
#endif
}

}  // namespace

std::int64_t allocation_count() { return allocations.load(); }

template <class T>
AlignedBuffer<T>::AlignedBuffer(Index size) : size_(size) {
    constexpr Index kMost = std::numeric_limits<Index>::max() - 2 * kAlignment;
    if (size > kMost / static_cast<Index>(sizeof(T))) throw std::bad_alloc();
    std::size_t bytes = static_cast<std::size_t>(size) * sizeof(T) + 2 * kAlignment;
    memory_.reset(std::calloc(bytes, 1));  // fresh pages are zero, and made when they are touched
    if (memory_ == nullptr) throw std::bad_alloc();
    ask_for_large_pages(memory_.get(), bytes);
    void* begin = memory_.get();
    data_ = static_cast<T*>(std::align(kAlignment, bytes - kAlignment, begin, bytes));
    allocations.fetch_add(1);
}

template <class T>
void AlignedBuffer<T>::Free::operator()(void* memory) const {
    std::free(memory);
}

template class AlignedBuffer<float>;
template class AlignedBuffer<double>;
template class AlignedBuffer<std::byte>;

}  // namespace ganglion
