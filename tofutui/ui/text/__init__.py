"""Words and lines of text about rows and nodes; loads no Textual."""
