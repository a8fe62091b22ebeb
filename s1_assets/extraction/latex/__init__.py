"""LaTeX route: from the files of a submission to a `Document`; `read.read_latex` is the way in.

The parts carry the names of The TeXbook's digestion: `tokens` is the mouth (characters to tokens), `gullet` expands
macros, `stomach` carries commands out. What commands and environments mean stands in tables: `definitions`,
`structure`, `inputs`, `references`, `graphics`, `captions`, `figure_commands`, `typesetting`, `spacing`, `signatures`,
`environments`, `units`, `glossary`. `floats` tells which picture belongs to which caption, `source` and `main_file`
find the files.
"""
