"""Pictures of a graph: the views, their cards and legends."""
