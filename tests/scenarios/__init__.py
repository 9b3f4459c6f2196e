"""The product's cores on the test city, whose truth is known."""
