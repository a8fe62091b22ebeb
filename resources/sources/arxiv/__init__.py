"""arXiv in its own bulk layout: source chunks with their manifest, and the metadata snapshot."""
