"""What several test files share: files, figures, peers and oracles."""
