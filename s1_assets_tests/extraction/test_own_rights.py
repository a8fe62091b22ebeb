"""What captions and credit lines state of a figure that is another's, and what only looks like it."""

import pytest

from s1_assets.extraction.own_rights import MAX_STATEMENT, joined, rights_in_words
from s1_assets.publishing.rights import OwnRights

ANOTHERS = [
    "A cell. Reproduced with permission from [12]. Copyright 2015 American Chemical Society.",
    "(a) Yield. Adapted with permission from [CITE]. (b) Our own.",
    "Both d, e are reproduced with permission from [CITE] Copyright 2017 MDPI",
    "Curves (Reprinted with kind permission of Springer).",
    "Reprinted by permission from Macmillan Publishers Ltd: Nature 402, 12, copyright 1999.",
    "Reproduced from J. Chem. Phys. 12, 3 (2001), with the permission of AIP Publishing.",
    "Adapted from Smith et al. Phys. Rev. Lett. 12, 3, with permission.",
    "Image used with permission.",
    "Photograph by A. Person, with the museum's permission.",
    "With permission from Elsevier.",
    "A scheme. Permission to reproduce was granted by Wiley.",
    "a–d reproduced from with permission from [CITE] Copyright 2018 Elsevier.",
    "Reprinted from Ref. [CITE].",
    "The figure is reproduced from [12].",
    "A scan. © 2015 IEEE.",
    "From Smith (2010), with permission.",
    "Copyright (2015) American Physical Society.",
    "A scan. Copyright (c) 2015 IEEE",
    "Image: copyright NASA.",
    "Reproduced by kind permission of the owners of the copyright.",
    "Reproduced with authorization from Elsevier.",
    "Republished with permission of ACS, from [CITE]; permission conveyed through Copyright Clearance Center, Inc.",
    "Reproduced with permission of Elsevier; the photograph is published with the patient's permission.",
    "A view. © Getty Images, all rights reserved.",
    "Copyright © 2003, Company of Biologists.",
    "© 2019 Someone, reprinted here.",
    "Reproduced with permission from Patient Education and Counseling.",
    "Survival of patients. Reproduced with permission from [12].",
    "Adapted from [12] under CC BY 4.0. It is not covered by the CC BY 4.0 licence of this article.",
]


@pytest.mark.parametrize("caption", ANOTHERS)
def test_what_is_shown_by_anothers_permission_or_copyright_is_not_open(caption):
    stated = rights_in_words(caption)
    assert stated is not None
    assert stated.rights == "pointer_only"


@pytest.mark.parametrize(
    ("caption", "rights"),
    [
        ("A map, reproduced from [12] under CC BY 4.0.", "open"),
        ("Reproduced from Smith et al. [CITE] (CC BY-NC 4.0).", "noncommercial"),
        (
            "Adapted with permission from [3] under a Creative Commons Attribution-NoDerivatives licence.",
            "no_derivatives",
        ),
        ("Reprinted from [3], https://creativecommons.org/licenses/by-sa/4.0/.", "open"),
        ("Photo: A. Person, CC0.", "open"),
        ("Copyright 2019 The Authors, CC BY 4.0.", "open"),
    ],
)
def test_a_licence_named_in_the_same_breath_counts(caption, rights):
    stated = rights_in_words(caption)
    assert stated is not None
    assert stated.rights == rights


@pytest.mark.parametrize(
    "caption",
    [
        "(a) Reproduced with permission from [12], (b) reproduced from [13] under CC BY 4.0.",
        "a reproduced with permission from [12], b reproduced from [13] under CC BY 4.0.",
        "Left panel with permission from Elsevier and right panel under CC BY 4.0, images by others.",
        "Reproduced with permission from [12]. Photo by A. Person (CC BY 2.0).",
        "From [12] under CC BY 4.0; © Getty Images.",
    ],
)
def test_the_licence_of_one_part_does_not_open_another(caption):
    stated = rights_in_words(caption)
    assert stated is not None
    assert stated.rights == "pointer_only"


@pytest.mark.parametrize(
    "caption",
    [
        "",
        "A photograph, shown with permission of the patient.",
        "Images are reproduced with the patient's written permission.",
        "Photographs used with permission from the parents of the child.",
        "Image published with parental permission.",
        "The patient gave permission to use this photograph.",
        "Written permission to publish was obtained from the patient.",
        "Adapted from [3].",
        "Modified after Smith et al. (2003).",
        "Data from [3], results reproduced from Table 2 of that work.",
        "Samples were collected with permission from the park.",
        "The error is reproduced from our model. Curves: (c) 2015 and (d) 2016.",
        "Figure with permissions. Legend.",
        "Apps by permission, as in the figure before.",
        "Image courtesy of NASA.",
        "© The Authors.",
        "Cases of copyright infringement a year, 2001 to 2015.",
    ],
)
def test_consent_adaptation_and_mere_words_state_nothing(caption):
    assert rights_in_words(caption) is None


def test_the_statement_is_the_sentence_that_makes_it():
    stated = rights_in_words("A cell at 10 °C. Reproduced with permission from [CITE]. Bars are 1 µm.")
    assert stated == OwnRights("pointer_only", "Reproduced with permission from [CITE].")


def test_the_statement_of_a_long_sentence_is_the_part_of_it_that_makes_it():
    stated = rights_in_words(f"Spectra{', of a sample' * 60} reproduced with permission from [CITE].")
    assert stated == OwnRights("pointer_only", "reproduced with permission from [CITE].")


def test_of_several_statements_the_narrowest_counts_and_is_told_first():
    closed, free = OwnRights("pointer_only", "© Getty."), OwnRights("open", "CC BY 4.0 " * 60)
    both = joined([free, None, closed])
    assert both is not None
    assert both.rights == "pointer_only"
    assert both.statement.startswith("© Getty.")
    assert len(both.statement) == MAX_STATEMENT
    assert joined([None]) is None
