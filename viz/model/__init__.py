"""What is to be drawn, as plain data: nodes, folds, groups, networks."""
