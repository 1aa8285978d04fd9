#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace ganglion {

/// Throw std::invalid_argument with the message "op: parts...".
template <class... Parts>
[[noreturn]] void fail(const std::string& op, const Parts&... parts) {
    std::ostringstream message;
    message << op << ": ";
    (message << ... << parts);
    throw std::invalid_argument(message.str());
}

}  // namespace ganglion
