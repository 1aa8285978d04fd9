#include "graph/ops/op.h"

namespace ganglion {

const OpRule& rule_of(OpKind kind) {
    switch (kind) {
        case OpKind::affine:
            return affine_rule;
        case OpKind::activation:
            return activation_rule;
        case OpKind::softmax:
            return softmax_rule;
        case OpKind::dropout:
            return dropout_rule;
        case OpKind::add:
            return add_rule;
        case OpKind::loss:
            break;
    }
    return loss_rule;
}

}  // namespace ganglion
