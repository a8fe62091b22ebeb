"""From rows to what the public gets: samples, shards, manifests, releases, the dataset card and the report."""
