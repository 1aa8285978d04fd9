"""What is computed once is kept with its object, and never waits for another thread."""

import pytest

from ganglion._base.computed import computed_once


class Counted:
    def __init__(self) -> None:
        self.times = 0

    @computed_once
    def value(self) -> int:
        """Count."""
        self.times += 1
        return self.times


def test_each_object_computes_once() -> None:
    first, second = Counted(), Counted()
    assert [first.value, first.value, second.value] == [1, 1, 1]
    assert first.__dict__ == {"times": 1, "value": 1}


def test_what_was_interrupted_is_computed_again() -> None:
    class Interrupted(Counted):
        @computed_once
        def value(self) -> int:
            """Count, and be interrupted the first time."""
            self.times += 1
            if self.times == 1:
                raise KeyboardInterrupt
            return self.times

    one = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        _ = one.value
    assert one.value == 2
