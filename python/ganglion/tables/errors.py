"""The one error of the command line: bad input, told in one line."""


class InputError(ValueError):
    """Say what is wrong with a file, a column or an option.

    The command line prints the message on one line of its own and leaves with exit status 2.
    """

    def __str__(self) -> str:
        return " ".join(
            super().__str__().split()
        )  # messages of other libraries may have many lines
