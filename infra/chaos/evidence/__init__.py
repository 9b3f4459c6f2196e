"""`vigil chaos evidence`: kill the evidence sink, flip bits in what it kept, and see that both show."""
