"""The one error of tables: bad input, told in one line."""

import re

_OPTION = re.compile(r"(?<![\w'\"-])--([a-z][a-z-]*)")


class InputError(ValueError):
    """Say what is wrong with a file, a column or an option.

    Messages name options as the command line does, `--batch-size`, which prints `line` and leaves
    with exit status 2. To Python, the text of the error, they are keywords: `batch_size`.
    """

    @property
    def line(self) -> str:
        """The message on one line: those of other libraries may have many."""
        return " ".join(super().__str__().split())

    def __str__(self) -> str:
        return in_python(self.line)


def in_python(line: str) -> str:
    """Write a line's options, `--batch-size`, as the keywords that they are in Python."""
    return _OPTION.sub(lambda found: found[1].replace("-", "_"), line)
