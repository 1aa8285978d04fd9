"""What estimators of any family have in common."""
