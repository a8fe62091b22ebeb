"""JATS route: from an article's XML and the files beside it to a `Document`; `read.read_jats` is the way in.

JATS is NISO Z39.96 in any of its tag sets and the NLM DTDs before it; element names below are those of its tag library.
`xml` parses what strangers send, `text` and `maths` turn inline markup into plain text, `figures` finds pictures and
captions, `media_files` finds the file that a reference means, `passages` reads the running text, `front` the metadata.
"""
