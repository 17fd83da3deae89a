"""What the words mean: pure values in, pure values out.

Nothing here does I/O, reads a clock, or knows asyncio, Textual or SSH. Every other package may import this
one; this one imports nothing of ours.
"""
