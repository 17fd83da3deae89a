"""One module a screen; each is imported when it is opened for the first time."""
