#include "plan/traffic.h"

#include "base/error.h"
#include "kernels/kernels.h"
#include "plan/tile_share.h"

namespace ganglion {
namespace {

template <class T>
Matrix<T> block(Matrix<T> x, Range rows, Range cols) {
    return {x.at(rows.begin, cols.begin), rows.size(), cols.size(), x.row_stride, x.col_stride};
}

}  // namespace

template <class T>
Traffic<T>::Traffic(const Plan& plan, Index rows, int members)
    : plan_(plan), rows_(rows), members_(members), arena_(plan.buffers.size()) {
    if (rows < 1 || rows > plan.max_batch)
        fail("team_costs", "rows is ", rows, ", must be from 1 to ", plan.max_batch);
    if (members < 1 || members > kMostMembers)
        fail("team_costs", "members is ", members, ", must be from 1 to ", kMostMembers);
    for (std::size_t id = 0; id < plan.buffers.size(); ++id) {
        const Buffer& buffer = plan.buffers[id];
        const Index end = buffer.offset + buffer.rows * buffer.cols;
        const auto extend = [](std::vector<Holders>& all, Index size) {
            all.resize(std::max(all.size(), static_cast<std::size_t>(size)));
        };
        if (buffer.space == Space::parameters) extend(parameters_, end);
        if (buffer.space == Space::gradients) extend(gradients_, end);
        if (buffer.space == Space::arena)
            extend(arena_[id], (buffer.rows == kBatch ? rows : buffer.rows) * buffer.cols);
    }
}

template <class T>
auto Traffic<T>::whole(BufferId id) -> Matrix<Holders> {
    const Buffer& buffer = plan_.buffer(id);
    Holders* const data = buffer.space == Space::parameters ? parameters_.data() + buffer.offset
                          : buffer.space == Space::gradients
                              ? gradients_.data() + buffer.offset
                              : arena_[static_cast<std::size_t>(id)].data();
    return {data, buffer.rows == kBatch ? rows_ : buffer.rows, buffer.cols, buffer.cols};
}

template <class T>
auto Traffic<T>::rows_of(BufferId id, const Part& part) -> Matrix<Holders> {
    const Matrix<Holders> all = whole(id);
    return block(all, row_share(part, rows_), {0, all.cols});
}

template <class T>
auto Traffic<T>::row(std::vector<Holders>& all, Range numbers) -> Matrix<Holders> {
    return {all.data() + numbers.begin, 1, numbers.size(), numbers.size()};
}

template <class T>
void Traffic<T>::read(Matrix<Holders> what, const Part& part) {
    if (what.row_stride == 1) what = what.transposed();  // along memory, whatever the order
    const Holders mine = Holders{1} << part.rank;
    Index missing = 0;
    for (Index i = 0; i < what.rows; ++i) {
        for (Index j = 0; j < what.cols; ++j) {
            Holders& holders = *what.at(i, j);
            missing += (holders & mine) == 0;
            holders |= mine;
        }
    }
    costs_.bytes += missing * static_cast<Index>(sizeof(T));
}

template <class T>
void Traffic<T>::write(Matrix<Holders> what, const Part& part) {
    for (Index i = 0; i < what.rows; ++i) {
        for (Index j = 0; j < what.cols; ++j) *what.at(i, j) = Holders{1} << part.rank;
    }
}

template <class T>
void Traffic<T>::run(const std::vector<Job>& jobs) {
    for (const Job& job : jobs) {
        give_out([&](const Part& part) {
            for (Index i = job.steps.begin; i < job.steps.end; ++i)
                run_part(plan_.steps[static_cast<std::size_t>(i)], part);
        });
    }
}

template <class T>
void Traffic<T>::run_part(const Step& step, const Part& part) {
    if (const auto* call = std::get_if<GemmCall>(&step.call))
        return multiply(*call, step.division, part);
    const Accesses found = accesses(step.call);
    for (const BufferId id : found.reads) read(rows_of(id, part), part);
    for (const BufferId id : found.writes) write(rows_of(id, part), part);
}

template <class T>
void Traffic<T>::multiply(const GemmCall& call, Division division, const Part& part) {
    const Kernels<T>& k = kernels<T>();
    const auto operand = [&](BufferId id, bool transposed) {
        return transposed ? whole(id).transposed() : whole(id);
    };
    const Matrix<Holders> a = operand(call.a, call.transpose_a);
    const Matrix<Holders> b = operand(call.b, call.transpose_b);
    const Matrix<Holders> c = whole(call.c);
    const TileShare share = product_share(division, part, c.rows, c.cols, k.tile_rows, k.tile_cols);
    const Range rows = share.rows;
    const Range cols = share.cols;
    if (rows.size() == 0 || cols.size() == 0) return;
    const auto touched = [&](BufferId id) {
        if (id == call.a) return block(a, rows, {0, a.cols});
        if (id == call.b) return block(b, {0, b.rows}, cols);
        if (id == call.bias || id == call.column_sums) return block(whole(id), {0, 1}, cols);
        return block(whole(id), rows, cols);
    };
    const auto is_others = [&](BufferId id) { return id == call.column_sums && rows.begin > 0; };
    const Accesses found = accesses(call);
    for (const BufferId id : found.reads) {
        if (!is_others(id)) read(touched(id), part);
    }
    for (const BufferId id : found.writes) {
        if (!is_others(id)) write(touched(id), part);
    }
    const Index elements = rows.size() * cols.size();
    operations_ += 2.0 * static_cast<double>(elements) * static_cast<double>(a.cols);
    if (call.updated != kNoBuffer) update(elements);
}

template class Traffic<float>;
template class Traffic<double>;

}  // namespace ganglion
