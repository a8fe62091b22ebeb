"""From a paper's archive to figures with captions, the paragraphs that cite them, and what was left out."""
