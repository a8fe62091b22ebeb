"""Preprint servers that give a metadata record and a PDF a paper: ChemRxiv, and those that OSF hosts."""
