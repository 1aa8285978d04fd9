"""scikit-learn's estimators of tables."""

from __future__ import annotations

from dataclasses import KW_ONLY

from ganglion._base.arguments import explained
from ganglion.estimators.multilayer.classes import NetworkClassifier
from ganglion.estimators.multilayer.values import LossArgument, NetworkRegressor
from ganglion.estimators.shared.parameters import parametrized, with_default
from ganglion.tables.table_networks import BaseTable


@explained
@parametrized
class TableClassifier(BaseTable, NetworkClassifier):
    """A network for classes that takes the columns of a table as they are.

    `fit` and `predict` take data frames of pandas, polars and pyarrow, and arrays; columns of
    numbers, truth values, dates, texts and categories, with missing values. How each is taken is
    found out when it is fitted, and told by `features_`. Numbers are scaled, a missing one stands
    at the median; dates become numbers; texts of up to 100 kinds become one-hot columns. Where
    more come again than that, each has a vector that is learnt, an entity embedding (Guo and
    Berkhahn, 2016) of `1.6 k**0.56` numbers for k texts (Howard and Gugger, 2020), and is looked up
    by its number. A missing text is a text of its own. Texts that come once have one vector; a
    text that is not known when predicting has that too, and as few rows learn it, it is drawn to
    the mean of all others.

    A column of which nothing can be learnt is left out, with a warning. Columns are measured on all
    rows of the fit, or of the first `partial_fit`, whatever these count.

    As a graph it is `Embedding` for each of those columns, `Concatenate` with all others, and dense
    layers. What is not said here is as in `MLPClassifier`; the defaults are other ones.

    Args:
        {parameters}
    """


@explained
@parametrized
class TableRegressor(BaseTable, NetworkRegressor, LossArgument):
    """A network for numbers that takes the columns of a table as they are.

    What it takes and how, `TableClassifier` says. What is not said here is as in `MLPRegressor`;
    the defaults are other ones.

    Args:
        {parameters}
    """

    _: KW_ONLY
    standardize_target: bool = with_default(NetworkRegressor, "standardize_target", default=True)
