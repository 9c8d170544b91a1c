"""From a function to a program and back: tracing, lowering, jit and vmap."""
