"""The noise file's making: a reference truth of the clips, the real detector on them, the fit, and the comparison."""
