"""The test city on real parts."""
