"""Measurements, run by `make bench NAME=<module>`; each prints a table and ends with a line `ratio <number>`."""
