"""What all tests share."""

import os

import numpy as np
import pytest

from ganglion import _core


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def isa() -> str:
    """The instruction set under test: the one GANGLION_ISA demands, or the best."""
    selected = _core.selected_isa()
    assert selected == os.environ.get("GANGLION_ISA", selected)
    return selected
