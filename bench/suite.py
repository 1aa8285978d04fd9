"""The suite: all that `ganglion bench` measures."""

from collections.abc import Iterable

from ganglion.bench.adversaries import ADVERSARIES, Adversaries
from ganglion.bench.autoencoders import AUTOENCODERS, Autoencoder, VariationalAutoencoder
from ganglion.bench.workloads import TABLE, Workload

SUITE: tuple[Workload, ...] = (*TABLE, *AUTOENCODERS, *ADVERSARIES)
KINDS = {one.kind: one for one in (Workload, Autoencoder, VariationalAutoencoder, Adversaries)}


def chosen(names: Iterable[str]) -> list[Workload]:
    """Return the workloads of the suite with these indices, from 0, or names; of none, all.

    Raises:
        ValueError: When there is no such workload.
    """
    known = {str(index): workload for index, workload in enumerate(SUITE)}
    known |= {workload.name: workload for workload in SUITE}
    picked = []
    for name in names:
        if name not in known:
            raise ValueError(f"there is no workload {name!r}, there are {'; '.join(known)}")
        picked.append(known[name])
    return picked or list(SUITE)
