"""What is staged in the city: one scenario a file, each a true event or a scene that must not be taken for one."""
