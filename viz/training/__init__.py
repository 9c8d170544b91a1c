"""A picture that follows a training."""
