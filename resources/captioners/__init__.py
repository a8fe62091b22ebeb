"""Engines that run a vision-language model: in this process, or behind endpoints."""
