"""The chain rule written out: rules, chains, LaTeX, tables, deltas."""
