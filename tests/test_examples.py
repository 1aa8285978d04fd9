"""Every example runs, and says what it should."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
SAYS = {
    "xor.py": "[0 0] -> 0\n[0 1] -> 1\n[1 0] -> 1\n[1 1] -> 0",
    "digits.py": "the loaded network predicts the same: True",
    "regression.py": "of always saying the mean: 59.2",
    "cartpole.py": "the pole is balanced: True",
    "custom_loop.py": "expected reward 0.83 of 0.83",
    "embeddings.py": "vowels lie by vowels, consonants by consonants: True",
    "two_heads.py": "most digits are read, and their ink is told: True",
    "anomalies.py": "the unseen digit is told from the others: True",
    "autoencoder_image_compression.py": "the autoencoder keeps more than PCA: True",
    "gan_ring.py": "most samples are near a mode, and most modes are found: True",
    "denoise_digits.py": "a third less is left than by PCA: True",
    "vae_digits.py": "the plane tells more digits apart than that of PCA: True",
}
DRAWS = {
    name: name.replace(".py", ".png")
    for name in (
        "anomalies.py",
        "autoencoder_image_compression.py",
        "cartpole.py",
        "denoise_digits.py",
        "embeddings.py",
        "gan_ring.py",
        "two_heads.py",
        "vae_digits.py",
    )
}


def test_every_example_is_listed() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(SAYS)


@pytest.mark.parametrize("name", SAYS)
def test_example_says_what_it_should(name: str, tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLES / name)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert SAYS[name] in done.stdout
    drawn = {path.name for path in tmp_path.glob("*.png")}
    assert drawn == ({DRAWS[name]} if name in DRAWS else set())


def test_the_regression_is_better_than_the_mean(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLES / "regression.py")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    ours, mean = (float(line.split(": ")[1]) for line in done.stdout.splitlines())
    assert ours < 0.85 * mean
