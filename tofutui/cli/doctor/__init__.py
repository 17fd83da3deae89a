"""`tofutui doctor SESSION`: every step from the login to a certificate, and how it is shown."""
