"""The command line over the verbs: what was typed, and what is answered."""
