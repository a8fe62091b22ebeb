"""What the lake covers: how far each source and month is, as numbers, as Markdown and as a page."""
