"""What the people on call are told, and that each of it reaches every channel once.

`messages` and `told` are plain Python: news in, messages out, and what was told before. `poll` and `standing` read the
Dagster instance, `delivery` holds the jobs that send, `missed` what they could not, and `watch` the sensor and the
schedule that ask for them.
"""
