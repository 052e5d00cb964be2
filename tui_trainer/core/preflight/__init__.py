"""Pre-flight: three checks of a recipe before it is trained, as pure functions of what a worker measured."""
