"""VBA projects: written as Excel stores them, and read without being run."""
