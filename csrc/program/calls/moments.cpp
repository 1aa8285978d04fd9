#include "program/calls/moments.h"

namespace ganglion {
namespace {

Block share_of_columns(const Memory& memory, BufferId moments, const Part& part) {
    return {{0, kMoments}, part.share(memory.buffer(moments).extent.channels, kColumnGrain)};
}

/// A column's moments over so many positions.
struct Moments {
    double mean;
    double rest;
    double variance;
    double count;

    template <class T>
    static Moments at(const Matrix<T>& moments, Index column, Index count) {
        return {static_cast<double>(*moments.at(0, column)),
                static_cast<double>(*moments.at(1, column)),
                static_cast<double>(*moments.at(2, column)), static_cast<double>(count)};
    }

    /// With those of other positions.
    void merge(const Moments& other) {
        const double total = count + other.count;
        const double apart = (other.mean - mean) + (other.rest - rest);
        variance = (variance * count + other.variance * other.count +
                    apart * apart * count * (other.count / total)) /
                   total;
        const double moved = rest + apart * (other.count / total);
        const double sum = mean + moved;
        const double taken = sum - mean;
        rest = (mean - (sum - taken)) + (moved - taken);
        mean = sum;
        count = total;
    }

    template <class T>
    void write(const Matrix<T>& moments, Index column) const {
        const T large = static_cast<T>(mean);
        *moments.at(0, column) = large;
        *moments.at(1, column) = static_cast<T>((mean - static_cast<double>(large)) + rest);
        *moments.at(2, column) = static_cast<T>(variance);
    }
};

}  // namespace

template <class T>
void MomentsCall::run(Frame<T>& frame) const {
    const Matrix<T> from = frame.whole(x);
    const Block mine = share<T>(frame.memory, frame.part, frame.run.rows);
    for_each_part(frame, mine, [&](Index number, Range rows) {
        kernels<T>().batch_normalization.moments(some_columns(from.some_rows(rows), mine.cols),
                                                 some_columns(sums_of(frame, number), mine.cols));
    });
}

std::vector<MergeMomentsCall> MomentsCall::sums_of_parts(const Memory& memory) const {
    return {{parts, sums, memory.buffer(x).extent.positions}};
}

template <class T>
Block MergeMomentsCall::share(const Memory& memory, const Part& part, Index) const {
    return share_of_columns(memory, moments, part);
}

std::vector<Block> MergeMomentsCall::touched(BufferId id, const Block& mine, const Memory&,
                                             Index rows) const {
    const Index others = parts_of_depth(rows * positions) - 1;
    if (others == 0) return {};
    if (id == moments) return {mine};
    return {{{0, others * kMoments}, mine.cols}};
}

template <class T>
void MergeMomentsCall::run(Frame<T>& frame) const {
    const Block mine = share<T>(frame.memory, frame.part, frame.run.rows);
    const Index depth = frame.run.rows * positions;
    const Index count = parts_of_depth(depth);
    if (count == 1) return;
    const Matrix<T> to = frame.whole(moments);
    const Matrix<T> from = frame.whole(parts);
    for (Index j = mine.cols.begin; j < mine.cols.end; ++j) {
        Moments all = Moments::at(to, j, part_of_depth(0, depth).size());
        for (Index number = 1; number < count; ++number) {
            const Index row = (number - 1) * kMoments;
            all.merge(Moments::at(from.some_rows({row, row + kMoments}), j,
                                  part_of_depth(number, depth).size()));
        }
        all.write(to, j);
    }
}

template <class T>
Block RunningMomentsCall::share(const Memory& memory, const Part& part, Index) const {
    return share_of_columns(memory, moments, part);
}

std::vector<Block> RunningMomentsCall::touched(BufferId id, const Block& mine, const Memory&,
                                               Index) const {
    return {id == moments ? mine : Block{{0, 1}, mine.cols}};
}

template <class T>
void RunningMomentsCall::run(Frame<T>& frame) const {
    const Block mine = share<T>(frame.memory, frame.part, frame.run.rows);
    const Matrix<T> batch = frame.whole(moments);
    const auto move = [this](T& running, double now) {
        running = static_cast<T>(momentum * static_cast<double>(running) + (1 - momentum) * now);
    };
    for (Index j = mine.cols.begin; j < mine.cols.end; ++j) {
        const Moments now = Moments::at(batch, j, 1);
        move(frame.pointer(mean)[j], now.mean + now.rest);
        move(frame.pointer(variance)[j], now.variance);
    }
}

template void MomentsCall::run(Frame<float>&) const;
template void MomentsCall::run(Frame<double>&) const;
template Block MergeMomentsCall::share<float>(const Memory&, const Part&, Index) const;
template Block MergeMomentsCall::share<double>(const Memory&, const Part&, Index) const;
template void MergeMomentsCall::run(Frame<float>&) const;
template void MergeMomentsCall::run(Frame<double>&) const;
template Block RunningMomentsCall::share<float>(const Memory&, const Part&, Index) const;
template Block RunningMomentsCall::share<double>(const Memory&, const Part&, Index) const;
template void RunningMomentsCall::run(Frame<float>&) const;
template void RunningMomentsCall::run(Frame<double>&) const;

}  // namespace ganglion
