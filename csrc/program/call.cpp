#include "program/call.h"

namespace ganglion {

Division division_of(const Call& call, const Memory& memory) {
    return std::visit(
        [&](const auto& one) {
            if constexpr (requires { one.division(memory); }) return one.division(memory);
            return Division::rows;
        },
        call);
}

double row_operations_of(const Call& call, const Memory& memory) {
    return std::visit(
        [&](const auto& one) {
            if constexpr (requires { one.row_operations(memory); })
                return one.row_operations(memory);
            return 0.0;
        },
        call);
}

template <class T>
Index scratch_size_of(const Call& call, const Memory& memory, Index max_batch) {
    return std::visit(
        [&](const auto& one) -> Index {
            if constexpr (requires { one.template scratch_size<T>(memory, max_batch); })
                return one.template scratch_size<T>(memory, max_batch);
            return 0;
        },
        call);
}

std::optional<Call> merged(const Call& call, const Call& next,
                           const GemmCall::ReadLater& is_read_later) {
    return std::visit(
        [&](const auto& one, const auto& other) -> std::optional<Call> {
            if constexpr (requires { one.with(other, is_read_later); }) {
                if (const auto both = one.with(other, is_read_later)) return Call{*both};
            }
            return std::nullopt;
        },
        call, next);
}

std::vector<Call> in_parts(const Call& call, Memory& memory, Index max_batch) {
    return std::visit(
        [&](const auto& one) {
            std::vector<Call> calls;
            if constexpr (requires { one.in_parts(memory, max_batch); }) {
                if (const auto cut = one.in_parts(memory, max_batch)) {
                    calls.push_back(*cut);
                    for (const auto& sum : cut->sums_of_parts(memory)) calls.push_back(sum);
                }
            }
            return calls;
        },
        call);
}

std::vector<BufferId> certain_reads_of(const Call& call) {
    return std::visit(
        [](const auto& one) {
            if constexpr (requires { one.certain_reads(); }) return one.certain_reads();
            return one.accesses().reads;
        },
        call);
}

BufferId steppable_of(const Call& call) {
    return std::visit(
        [](const auto& one) {
            if constexpr (requires { one.steppable(); }) return one.steppable();
            return kNoBuffer;
        },
        call);
}

BufferId updated_by(const Call& call) {
    return std::visit(
        [](const auto& one) {
            if constexpr (requires { one.updated; }) return one.updated;
            return kNoBuffer;
        },
        call);
}

void let_step(Call& call, BufferId parameters) {
    std::visit(
        [&](auto& one) {
            if constexpr (requires { one.updated; }) one.updated = parameters;
        },
        call);
}

bool moves_state(const Call& call) {
    return std::visit(
        [](const auto& one) { return requires { std::decay_t<decltype(one)>::moves_state; }; },
        call);
}

bool is_walk(const Call& call) {
    return std::visit(
        [](const auto& one) { return requires { std::decay_t<decltype(one)>::is_walk; }; }, call);
}

BufferId panels_of(const Call& call) {
    return std::visit(
        [](const auto& one) {
            if constexpr (requires { one.panels(); }) return one.panels();
            return kNoBuffer;
        },
        call);
}

template <class T>
Work work_of(const Call& call, const Memory& memory, const Part& part, Index rows) {
    return std::visit(
        [&](const auto& one) -> Work {
            using Kind = std::decay_t<decltype(one)>;
            static_assert(
                requires { one.division(memory); } ==
                    requires { one.template share<T>(memory, part, rows); },
                "what is not divided by rows says what share a part has");
            static_assert(
                !requires { &Kind::row_operations; } || requires { &Kind::operations; },
                "what counts operations of a row counts those of a share");
            Work work;
            if constexpr (requires { one.template share<T>(memory, part, rows); }) {
                const Block mine = one.template share<T>(memory, part, rows);
                if constexpr (requires { one.operations(mine, memory, rows); })
                    work.operations = one.operations(mine, memory, rows);
                if constexpr (requires { one.updated; })
                    work.updates = one.updated == kNoBuffer ? 0 : mine.size();
            }
            return work;
        },
        call);
}

template <class T>
std::vector<Block> touched_of(const Call& call, BufferId id, const Memory& memory, const Part& part,
                              Index rows) {
    return std::visit(
        [&](const auto& one) -> std::vector<Block> {
            if constexpr (requires { one.template share<T>(memory, part, rows); })
                return one.touched(id, one.template share<T>(memory, part, rows), memory, rows);
            const Extent& extent = memory.buffer(id).extent;
            if (extent.rows != kBatch)
                return {{{0, extent.rows * extent.positions}, {0, extent.channels}}};
            const Range mine = memory.row_share(part, rows);
            return {{{mine.begin * extent.positions, mine.end * extent.positions},
                     {0, extent.channels}}};
        },
        call);
}

template Index scratch_size_of<float>(const Call&, const Memory&, Index);
template Index scratch_size_of<double>(const Call&, const Memory&, Index);
template Work work_of<float>(const Call&, const Memory&, const Part&, Index);
template Work work_of<double>(const Call&, const Memory&, const Part&, Index);
template std::vector<Block> touched_of<float>(const Call&, BufferId, const Memory&, const Part&,
                                              Index);
template std::vector<Block> touched_of<double>(const Call&, BufferId, const Memory&, const Part&,
                                               Index);

}  // namespace ganglion
