"""The app itself: wiring, errors, what leaves through the terminal."""
