"""The main screen: both tables side by side."""
