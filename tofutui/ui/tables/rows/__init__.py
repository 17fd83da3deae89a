"""The rows of a pane: columns, heights, and what a row shows."""
