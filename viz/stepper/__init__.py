"""The page that steps through a computation."""
