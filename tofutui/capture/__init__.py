"""Captures: what a pair prints, and what its endpoints present, as a file that can be handed on.

`recorder` listens, `making` turns what was heard into the records of `tofutui.capture_file`, and on the way
`redaction` gives a stand-in of the same length and grammar to every word that is not in `vocabulary`.
"""
