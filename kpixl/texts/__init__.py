"""Every sentence about figures, in the owner's language. Computes nothing."""
