"""Sources whose papers are JATS articles: bioRxiv and medRxiv as MECA archives, Nature Communications from PMC."""
