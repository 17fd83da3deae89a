"""Distinguished names: parse what a node prints, render what a certificate holds, compare."""
