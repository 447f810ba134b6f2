"""From a picture to what it says. So far: ``frame`` (one digit's ink to the 28x28 that a network sees)."""
