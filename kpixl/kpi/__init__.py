"""The figures: from entries to measures, from measures to a scorecard. Knows nothing of files, and no language."""
