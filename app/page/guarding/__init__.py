"""Guarding: who may ask the page for what, how often, and from where."""
