"""What the rules of every stage share: a camera-second as a rule sees it, the camera's place, and the rule contract."""
