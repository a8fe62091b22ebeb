"""Live access to the sources: what is new or changed is fetched once into a mirror in the source's own layout."""
