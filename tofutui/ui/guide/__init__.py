"""The guided re-registration on the screen."""
