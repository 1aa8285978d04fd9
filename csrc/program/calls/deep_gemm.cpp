#include "program/calls/deep_gemm.h"

#include <algorithm>

#include "program/depth.h"

namespace ganglion {
namespace {

/// Of larger results there are tiles enough to share, and their parts would take much memory. What
/// is saved so is paid in float32's digits, over very many positions.
constexpr Index kMostOfResult = 64 * 1024;

/// What the parts of the depth come to is taken as one below the other, each `height` rows high.
/// Call `body(number, rows)` for each part of which there are rows among those of all, with them.
template <class Body>
void for_each_part(Range rows_of_all, Index height, const Body& body) {
    for (Index begin = rows_of_all.begin; begin < rows_of_all.end;) {
        const Index number = begin / height;
        const Index end = std::min(rows_of_all.end, (number + 1) * height);
        body(number, Range{begin - number * height, end - number * height});
        begin = end;
    }
}

/// Has a product nothing but what the parts of one have, too: operands, and sums of columns?
bool is_plain(const GemmCall& product) {
    return !product.transpose_b && product.bias == kNoBuffer && product.activated == kNoBuffer &&
           product.saved == kNoBuffer && product.updated == kNoBuffer;
}

}  // namespace

std::optional<DeepGemmCall> DeepGemmCall::of(const GemmCall& product, Memory& memory,
                                             Index max_batch) {
    const Extent result = memory.buffer(product.c).extent;
    const bool over_batch = product.transpose_a && memory.buffer(product.a).extent.rows == kBatch;
    if (!over_batch || !is_plain(product) || result.rows * result.channels > kMostOfResult)
        return std::nullopt;
    const Index others = parts_of_depth(product.depth(memory, max_batch)) - 1;
    if (others == 0) return std::nullopt;
    const auto add = [&](BufferId id, Index height) {
        const Extent extent{others, height, result.channels};
        return memory.add_whole("parts of " + memory.buffer(id).name, {Space::arena, extent});
    };
    const BufferId sums = product.column_sums;
    return DeepGemmCall{product, add(product.c, result.rows),
                        sums == kNoBuffer ? kNoBuffer : add(sums, 1)};
}

std::vector<AddPartsCall> DeepGemmCall::sums_of_parts(const Memory& memory) const {
    const Index positions = memory.buffer(product.a).extent.positions;
    std::vector<AddPartsCall> sums{{parts, product.c, positions}};
    if (part_sums != kNoBuffer) sums.push_back({part_sums, product.column_sums, positions});
    return sums;
}

Accesses DeepGemmCall::accesses() const {
    Accesses found = product.accesses();
    found.also_write(parts);
    if (part_sums != kNoBuffer) found.also_write(part_sums);
    return found;
}

template <class T>
Index DeepGemmCall::scratch_size(const Memory& memory, Index max_batch) const {
    const Extent& result = memory.buffer(product.c).extent;
    return kernels<T>().gemm_scratch_size(
        result.rows, result.channels, std::min(kChain, product.depth(memory, max_batch)), false);
}

template <class T>
Block DeepGemmCall::share(const Memory& memory, const Part& part, Index rows) const {
    const Extent& result = memory.buffer(product.c).extent;
    const Index count = parts_of_depth(product.depth(memory, rows));
    const Kernels<T>& k = kernels<T>();
    return tile_share(part, count * result.rows, result.channels, k.tile_rows, k.tile_cols);
}

std::vector<Block> DeepGemmCall::touched(BufferId id, const Block& mine, const Memory& memory,
                                         Index rows) const {
    const Index height = memory.buffer(product.c).extent.rows;
    const Index depth = product.depth(memory, rows);
    std::vector<Block> found;
    if (mine.size() == 0) return found;
    for_each_part(mine.rows, height, [&](Index number, Range of_c) {
        const bool first = number == 0;
        const bool sums = of_c.begin == 0;
        const Range below{(number - 1) * height + of_c.begin, (number - 1) * height + of_c.end};
        if (id == product.a) found.push_back({part_of_depth(number, depth), of_c});
        if (id == product.b) found.push_back({part_of_depth(number, depth), mine.cols});
        if (id == product.c && first) found.push_back({of_c, mine.cols});
        if (id == product.column_sums && first && sums) found.push_back({{0, 1}, mine.cols});
        if (id == parts && !first) found.push_back({below, mine.cols});
        if (id == part_sums && !first && sums) found.push_back({{number - 1, number}, mine.cols});
    });
    return found;
}

double DeepGemmCall::operations(const Block& mine, const Memory& memory, Index rows) const {
    const Index height = memory.buffer(product.c).extent.rows;
    const Index depth = product.depth(memory, rows);
    double total = 0;
    for_each_part(mine.rows, height, [&](Index number, Range of_c) {
        total += 2.0 * static_cast<double>(of_c.size() * mine.cols.size()) *
                 static_cast<double>(part_of_depth(number, depth).size());
    });
    return total;
}

template <class T>
void DeepGemmCall::run(Frame<T>& frame) const {
    const Matrix<T> left = frame.whole(product.a);
    const Matrix<T> right = frame.whole(product.b);
    const Matrix<T> first = frame.whole(product.c);
    const Matrix<T> others = frame.whole(parts);
    T* const sums = frame.pointer(product.column_sums);
    T* const other_sums = frame.pointer(part_sums);
    const Block mine = share<T>(frame.memory, frame.part, frame.run.rows);
    for_each_part(mine.rows, first.rows, [&](Index number, Range of_c) {
        if (frame.stops()) return;
        const Range depth = part_of_depth(number, left.rows);
        GemmArgs<T> args{.a = left.some_rows(depth).transposed(),
                         .b = right.some_rows(depth),
                         .c = first,
                         .b_padded = true,
                         .start = {nullptr, product.accumulate},
                         .sums = {sums, product.accumulate_sums}};
        if (number > 0) {
            const Index begin = (number - 1) * first.rows;
            args.c = others.some_rows({begin, begin + first.rows});
            args.start = {};
            args.sums = {sums == nullptr ? nullptr : other_sums + (number - 1) * first.cols, false};
        }
        kernels<T>().gemm(args, of_c, mine.cols, frame.scratch);
    });
}

template Index DeepGemmCall::scratch_size<float>(const Memory&, Index) const;
template Index DeepGemmCall::scratch_size<double>(const Memory&, Index) const;
template Block DeepGemmCall::share<float>(const Memory&, const Part&, Index) const;
template Block DeepGemmCall::share<double>(const Memory&, const Part&, Index) const;
template void DeepGemmCall::run(Frame<float>&) const;
template void DeepGemmCall::run(Frame<double>&) const;

}  // namespace ganglion
