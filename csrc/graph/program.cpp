#include "graph/program.h"

namespace ganglion {
namespace {

struct Visitor {
    Accesses operator()(const GemmCall& g) const {
        Accesses found{{g.a, g.b, g.bias, g.saved}, {g.c, g.column_sums, g.activated, g.updated}};
        if (g.accumulate) found.reads.push_back(g.c);
        if (g.accumulate_sums) found.reads.push_back(g.column_sums);
        return found;
    }
    Accesses operator()(const ActivationCall& a) const { return {{a.z}, {a.a}}; }
    Accesses operator()(const ActivationBackwardCall& a) const { return {{a.saved, a.da}, {a.dz}}; }
    Accesses operator()(const SoftmaxCall& s) const { return {{s.z}, {s.a}}; }
    Accesses operator()(const SoftmaxBackwardCall& s) const { return {{s.a, s.da}, {s.dz}}; }
    Accesses operator()(const DropoutCall& d) const { return {{d.x}, {d.y}}; }
    Accesses operator()(const AddCall& a) const { return {{a.a, a.b}, {a.c}}; }
    Accesses operator()(const CopyCall& c) const { return {{c.from}, {c.to}}; }
    Accesses operator()(const LossCall& l) const {
        return {{l.output, l.target, l.weight}, {l.row_loss, l.gradient}};
    }
};

}  // namespace

Accesses accesses(const Call& call) {
    Accesses found = std::visit(Visitor{}, call);
    std::erase(found.reads, kNoBuffer);
    std::erase(found.writes, kNoBuffer);
    return found;
}

}  // namespace ganglion
