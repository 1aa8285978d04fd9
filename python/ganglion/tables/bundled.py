"""Bundled sets, by name. Imports nothing: `--help` reads this module."""

SAMPLES = {"houses": "price", "new_houses": None}  # invented; tools/make_houses.py says how
BUNDLED = ("digits", "iris", "wine", "breast_cancer", "diabetes", *SAMPLES)
