#include "train/penalty.h"

#include <limits>
#include <numeric>
#include <utility>

#include "kernels/kernels.h"

namespace ganglion {
namespace {

constexpr Index kBlock = 4096;

std::vector<Range> blocks_of(const std::vector<Range>& ranges) {
    std::vector<Range> blocks;
    for (const Range& range : ranges) {
        for (Index begin = range.begin; begin < range.end; begin += kBlock) {
            blocks.push_back(stretch(begin, kBlock, range.end));
        }
    }
    return blocks;
}

}  // namespace

Penalty::Penalty(double alpha, std::vector<Range> ranges)
    : alpha_(alpha),
      ranges_(std::move(ranges)),
      blocks_(blocks_of(ranges_)),
      squares_(blocks_.size()) {}

template <class T>
void Penalty::measure(const Part& part, const T* parameters) {
    const Range share = part.share(static_cast<Index>(blocks_.size()), 1);
    for (Index i = share.begin; i < share.end; ++i) {
        const Range block = blocks_[static_cast<std::size_t>(i)];
        squares_[static_cast<std::size_t>(i)] =
            kernels<T>().sum_of_squares(parameters + block.begin, block.size());
    }
}

void Penalty::add(Index rows, double weight) {
    const double squares = std::accumulate(squares_.begin(), squares_.end(), 0.0);
    total_ += decay(weight) / 2 * squares * static_cast<double>(rows);
    rows_ += static_cast<double>(rows);
}

double Penalty::mean() const {
    return rows_ == 0 ? std::numeric_limits<double>::quiet_NaN() : total_ / rows_;
}

void Penalty::reset() { total_ = rows_ = 0; }

template void Penalty::measure(const Part&, const float*);
template void Penalty::measure(const Part&, const double*);

}  // namespace ganglion
