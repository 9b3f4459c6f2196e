"""The stages: each a folder with a pure core and a thin app; stage.py is what all the Faust apps share."""
