"""Adversarial networks: a generator, and a discriminator that tells its samples from real ones."""
