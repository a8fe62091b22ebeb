"""Disciplines: the six groups of the S1-MMAlign paper, and which group each subject tag of a source falls into.

The paper names the groups (physics, computer science, astronomy, biology, mathematics, and others, which include
engineering and earth science) but not which tag goes where; this table decides it. The first category counts, the
one under which the authors filed the paper. Its archive (`cs` in `cs.CV`) decides, following arXiv's own grouping
(https://arxiv.org/category_taxonomy), and an archive that arXiv closed follows the category that took it over.
Where a category belongs to another science than its archive, the category decides.
"""

from collections.abc import Sequence

DISCIPLINES = ("physics", "computer science", "astronomy", "biology", "mathematics", "others")

_ARCHIVES = {
    "physics": (
        "cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics quant-ph "
        # closed: to physics (acc-phys, atom-ph, bayes-an, chem-ph, plasm-ph), cond-mat and nlin
        "acc-phys atom-ph bayes-an chem-ph plasm-ph mtrl-th supr-con adap-org chao-dyn comp-gas patt-sol solv-int"
    ),
    "computer science": "cs cmp-lg",
    "astronomy": "astro-ph",
    "biology": "q-bio",
    "mathematics": "math alg-geom dg-ga funct-an q-alg",
    # engineering, statistics, economics and finance, and the closed archive of atmosphere and ocean
    "others": "eess stat econ q-fin ao-sci",
}

_CATEGORIES = {
    "physics": "math.MP",  # another name of math-ph
    "computer science": "stat.ML",  # machine learning, the same papers as cs.LG
    "astronomy": "physics.space-ph",
    "biology": "physics.bio-ph physics.med-ph",
    "mathematics": "cs.NA stat.TH",  # other names of math.NA and math.ST
    "others": "physics.ao-ph physics.geo-ph cs.SY cs.CE",  # earth science; cs.SY is another name of eess.SY
}

_DISCIPLINE = {
    tag: discipline for table in (_ARCHIVES, _CATEGORIES) for discipline, tags in table.items() for tag in tags.split()
}


# Sources of one discipline, whatever tags they use.
_OF_SOURCE = {"biorxiv": "biology", "medrxiv": "biology"}

# Nature Portfolio's subjects are paths of numbers such as /639/766/119; the longest known beginning decides.
_NATURE = {
    "/631/": "biology",  # biological sciences
    "/692/": "biology",  # health sciences
    "/639/766/": "physics",
    "/639/33/": "astronomy",
    "/639/705/117/": "computer science",
    "/639/705/": "mathematics",  # mathematics and computing
}


def discipline_of(categories: Sequence[str], source: str = "arxiv") -> str:
    """The discipline of a paper from its source and its subject tags, primary first; `others` when they do not tell."""
    if source in _OF_SOURCE:
        return _OF_SOURCE[source]
    subjects = [f"{tag}/" for tag in categories if tag.startswith("/")]
    if subjects:
        known = [path for path in _NATURE if subjects[0].startswith(path)]
        return _NATURE[max(known, key=len)] if known else "others"
    primary = categories[0] if categories else ""
    return _DISCIPLINE.get(primary) or _DISCIPLINE.get(primary.partition(".")[0], "others")
