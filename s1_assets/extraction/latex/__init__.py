"""LaTeX route: from the files of a submission to a `Document`; `read.read_latex` is the way in.

The parts carry the names of The TeXbook's digestion: `tokens` is the mouth (characters to tokens), `gullet` expands
macros, `stomach` carries commands out. What a command means stands in one table each: `definitions`, `structure`,
`references`, `graphics`, `captions`, `typesetting`.
"""
