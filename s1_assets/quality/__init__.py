"""Measurements of pairs, their summary over a cell, and the verdicts that checks report."""
