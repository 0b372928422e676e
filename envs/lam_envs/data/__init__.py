"""Labeled data as one-step tasks: tables, bundled sets and the environment that shows one row an episode."""
