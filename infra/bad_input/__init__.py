"""Bad input, tried on a running stack: what each kind of it comes to."""
