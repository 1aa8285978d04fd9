#include "base/buffer.h"

#include <atomic>
#include <cstring>
#include <new>

namespace ganglion {
namespace {

std::atomic<std::int64_t> allocations{0};

}  // namespace

std::int64_t allocation_count() { return allocations.load(); }

template <class T>
AlignedBuffer<T>::AlignedBuffer(Index size) : size_(size) {
    const auto bytes = static_cast<std::size_t>(size) * sizeof(T) + kAlignment;
    void* memory = ::operator new(bytes, std::align_val_t{kAlignment});
    std::memset(memory, 0, bytes);
    allocations.fetch_add(1);
    data_.reset(static_cast<T*>(memory));
}

template <class T>
void AlignedBuffer<T>::Free::operator()(T* data) const {
    ::operator delete(data, std::align_val_t{kAlignment});
}

template class AlignedBuffer<float>;
template class AlignedBuffer<double>;
template class AlignedBuffer<std::byte>;

}  // namespace ganglion
