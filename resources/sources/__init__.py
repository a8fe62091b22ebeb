"""Where papers come from: mirrors of the sources, and a reader for each source's layout."""
