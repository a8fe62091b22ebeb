"""Quality as people look at it: distributions, checks and figures to page through, on one self-contained page."""
