"""scikit-learn's estimators on Ganglion's core; `ganglion.neural_network` shows them to users."""
