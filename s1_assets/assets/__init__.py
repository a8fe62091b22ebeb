"""The line, one asset a file: each wires its stage to the lake and the outside world, and computes nothing itself."""
