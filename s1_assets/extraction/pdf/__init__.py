"""PDF route: from the pages of a PDF to a `Document`; `read.read_pdf` is the way in.

`pages` opens the file and gives each page as text lines and ink, `furniture` drops what is on a page but not of the
paper, `flow` tells running text from the words of figures and tables, `captions` finds captions by their form and font,
`regions` finds what a caption may speak of, `assign` decides over the whole page which caption speaks of what, `text`
and `front` read the running text, title and abstract. `overlay` draws it all on the pages, for a reader who asks why.

The method is that of PDFFigures 2.0 (Clark and Divvala, JCDL 2016) in outline: captions first, then what is neither
running text nor caption, then a choice for all captions of a page at once. Figures are seen in the rendered page
instead of being guessed from drawing commands, so that clipping, white boxes and a million paths make no difference.
"""
