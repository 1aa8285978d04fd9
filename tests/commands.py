"""Commands of the program, run in this process; and a table for them."""

import numpy as np
import pandas as pd
from typer.testing import CliRunner, Result

from ganglion.cli.app import app

QUICK = ("--epochs", "3", "--hidden", "8", "--quiet")


def run(*words: str) -> Result:
    result = CliRunner().invoke(app, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def succeed(*words: str) -> str:
    result = run(*words)
    assert result.exit_code == 0, result.stderr
    return str(result.stdout)


def refuse(*words: str) -> str:
    """Run a command that must fail with one line on stderr, and return the line."""
    result = run(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("ganglion: ")
    assert result.stderr.count("\n") == 1
    return str(result.stderr)


def figure(output: str, name: str) -> float:
    (line,) = [line for line in output.splitlines() if f" {name}: " in line]
    return float(line.rpartition(": ")[2].partition(",")[0])


def write_mixed(path: str, rows: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, rows)
    frame = pd.DataFrame(
        {
            "size": np.where(rng.random(rows) < 0.1, np.nan, kind + rng.normal(0, 0.2, rows)),
            "colour": np.where(kind == 1, "red", "blue").astype(object),
            "id": [f"row{number}" for number in range(rows)],
            "kind": np.where(kind == 1, "big", "small"),
            "price": 100 + 50 * kind + rng.normal(0, 1, rows),
        }
    )
    frame.loc[::9, "colour"] = None
    frame.to_parquet(path) if path.endswith("parquet") else frame.to_csv(path, index=False)
    return frame
