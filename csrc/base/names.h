#pragma once

#include <string>

#include "base/error.h"

namespace ganglion {

/// The item of a list that has this name; `kind` says what the list is of.
/// Throws std::invalid_argument for a name that is not there.
template <class List>
const typename List::value_type& named(const char* kind, const List& list,
                                       const std::string& name) {
    for (const auto& item : list) {
        if (item.name == name) return item;
    }
    fail(kind, "unknown name '", name, "'");
}

}  // namespace ganglion
