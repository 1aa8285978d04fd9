"""The one error of tables: bad input, told in one line."""

import re
from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any, TypeVar

Taker = TypeVar("Taker", bound=Callable[..., Any])

_OPTION = re.compile(r"(?<![\w'\"-])--([a-z][a-z-]*)")
_options: set[str] = set()  # the keywords that are options of the command line


def takes_options(taker: Taker) -> Taker:
    """Let messages name the keywords of a function or record as the command line does."""
    keywords = signature(taker).parameters.values()
    _options.update(one.name for one in keywords if one.kind is Parameter.KEYWORD_ONLY)
    return taker


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

    def keyword(found: re.Match[str]) -> str:
        name = found[1].replace("-", "_")
        return name if name in _options else found[0]

    return _OPTION.sub(keyword, line)
