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


def discipline_of(categories: Sequence[str]) -> str:
    """The discipline of a paper from its subject tags, primary first; `others` when the first one is not known."""
    if not categories:
        return "others"
    primary = categories[0]
    return _DISCIPLINE.get(primary) or _DISCIPLINE.get(primary.partition(".")[0], "others")
