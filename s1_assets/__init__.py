"""From scientific papers to verified figure-caption shards, as Dagster assets."""
