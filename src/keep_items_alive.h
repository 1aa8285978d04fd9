#pragma once

#include <pybind11/pybind11.h>

namespace ganglion {

/// As pybind11::keep_alive, for each item of a sequence: the sequence itself may change afterwards.
template <std::size_t nurse, std::size_t sequence>
struct keep_items_alive {};

}  // namespace ganglion

namespace pybind11::detail {

template <std::size_t nurse, std::size_t sequence>
struct process_attribute<ganglion::keep_items_alive<nurse, sequence>>
    : process_attribute_default<ganglion::keep_items_alive<nurse, sequence>> {
    static void postcall(function_call& call, handle) {
        const handle keeper = nurse == 1 && call.init_self ? call.init_self : call.args[nurse - 1];
        for (const handle item : reinterpret_borrow<pybind11::sequence>(call.args[sequence - 1]))
            keep_alive_impl(keeper, item);
    }
};

}  // namespace pybind11::detail
