"""Networks that are one graph over samples: what their estimators share."""
