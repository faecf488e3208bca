"""Helpers that several test files share: files, figures, peers and oracles."""
