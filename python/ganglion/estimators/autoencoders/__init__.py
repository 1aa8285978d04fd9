"""Autoencoders: networks whose target is their input."""
