"""Multi-layer perceptrons: the classifier and the regressor."""
