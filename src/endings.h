#pragma once

#include "train/ending.h"

namespace ganglion {

/// What Python calls it.
inline const char* name_of(Ending ending) {
    switch (ending) {
        case Ending::complete:
            return "complete";
        case Ending::interrupted:
            return "interrupted";
        case Ending::data_not_finite:
            return "data_not_finite";
        case Ending::no_index:
            return "no_index";
        case Ending::loss_not_finite:
            return "loss_not_finite";
    }
    return "";
}

}  // namespace ganglion
