#include "train/constraints.h"

#include <atomic>

#include "kernels/kernels.h"
#include "train/swept.h"

namespace ganglion {
namespace {

/// Columns, or rows, that one member takes at once: whole lines of the cache.
constexpr Index kStrip = 64;

/// Of a matrix product, in the time of a number that is read twice and written.
constexpr double kOperationsPerLimited = 50;

}  // namespace

template <class T>
Constraints<T>::Constraints(const ParameterTable& table, const std::vector<Range>& reached) {
    for (const ParameterTable::Slot& slot : table.slots()) {
        if (slot.max_norm && !within(reached, {slot.numbers()}).empty()) add(slot);
    }
}

template <class T>
void Constraints<T>::add(const ParameterTable::Slot& slot) {
    const Index rows = slot.extent.rows;
    const Index cols = slot.extent.channels;
    const bool by_column = slot.max_norm->axis == 0;
    const Index all = by_column ? cols : rows;
    for (Index begin = 0; begin < all; begin += kStrip) {
        const Index size = stretch(begin, kStrip, all).size();
        strips_.push_back({.norm = *slot.max_norm,
                           .offset = slot.offset + (by_column ? begin : begin * cols),
                           .rows = by_column ? rows : size,
                           .cols = by_column ? size : cols,
                           .row_stride = cols});
    }
    operations_ += kOperationsPerLimited * static_cast<double>(rows * cols);
}

template <class T>
bool Constraints<T>::hold(const Team& team, T* parameters) const {
    if (strips_.empty()) return true;
    std::atomic<bool> finite{true};
    team.divide(operations_, [&](Part part) noexcept {
        const Range share = part.share(static_cast<Index>(strips_.size()), 1);
        for (Index i = share.begin; i < share.end; ++i) {
            if (!hold(strips_[static_cast<std::size_t>(i)], parameters)) finite = false;
        }
    });
    return finite;
}

template <class T>
bool Constraints<T>::hold(const Strip& strip, T* parameters) {
    const Matrix<T> w{parameters + strip.offset, strip.rows, strip.cols, strip.row_stride};
    const auto most = static_cast<T>(strip.norm.max_value);
    return strip.norm.axis == 0 ? kernels<T>().limit_columns(w, most)
                                : kernels<T>().limit_rows(w, most);
}

template class Constraints<float>;
template class Constraints<double>;

}  // namespace ganglion
