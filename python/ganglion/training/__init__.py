"""Training: from what users give to the core, batch by batch, and back to figures."""
