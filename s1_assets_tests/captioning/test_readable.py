import pytest

from s1_assets.captioning.readable import readable_caption, readable_sentence


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Fig. [REF] shows the flow of heat [CITE].", "The flow of heat."),
        ("Figure [REF](b) clearly shows that heat flows.", "Heat flows."),
        ("Figure [REF] is the main result of this work.", "The main result of this work."),
        ("The flow of heat is shown in Fig. [REF].", "The flow of heat."),
        ("In Fig. [REF] we plot the flow of heat.", "The flow of heat."),
        ("We show the flow of heat in Fig. [REF] for two rods.", "The flow of heat for two rods."),
        ("Heat flows (see Fig. [REF]a,b) to the cold end (Table [REF]).", "Heat flows to the cold end."),
        ("Heat flows, as shown in Figs. [REF] and [REF], to the cold end.", "Heat flows to the cold end."),
        ("However, as shown in Fig. [REF], heat flows slowly.", "Heat flows slowly."),
        ("As Fig. [REF] shows, heat flows slowly.", "Heat flows slowly."),
        ("From Figure [REF], the flow of heat grows.", "The flow of heat grows."),
        ("Heat flows slowly, see Fig. [REF].", "Heat flows slowly."),
        ("The left panel of Fig. [REF] shows the hot end.", "The left panel shows the hot end."),
        ("We compute the flow using Eq. ([REF]) and plot it in Fig. [REF].", "We compute the flow and plot it."),
        ("The red line in Figure 3 marks the end.", "The red line marks the end."),
        ("The drift in both rods is constant (Figures 7 and 8).", "The drift in both rods is constant."),
        ("The rod (Fig. [REF]; 3 m long) is hot.", "The rod (3 m long) is hot."),
        ("(Alternatively, the rod is cooled, Figure [REF].)", "The rod is cooled."),
        ("The sum $f(x, [y])\\; .$ is large (Fig. [REF]).", "The sum $f(x, [y])\\; .$ is large."),
        ("According to Fig. [REF], heat flows slowly.", "Heat flows slowly."),
        ("The flow is slow (Equation (([REF]))) and steady [CITE].", "The flow is slow and steady."),
        ("minimap2 is fast (Fig. [REF]).", "minimap2 is fast."),
        ("The rods are shown in Fig. [REF]: the upper one glows.", "The upper one glows."),
        ("Fig. [REF]b lists the losses: 3 W are lost by air.", "3 W are lost by air."),
        ("The rod is simple: as [REF] shows, heat flows to one end.", "The rod is simple: heat flows to one end."),
        ("The rod cools slowly, as Figs. [REF] and [REF] prove.", "The rod cools slowly."),
        ("The rod (Figs. [REF] and [REF] are of the same day) is hot.", "The rod is hot."),
        ("Our rod, Fig. [REF], is made of iron.", "Our rod is made of iron."),
    ],
)
def test_a_citing_sentence_keeps_what_it_says_and_loses_what_it_points_with(sentence: str, expected: str) -> None:
    assert readable_sentence(sentence, "Figure 3") == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "Figure [REF] overestimates the flow.",
        "Figure [REF] shows in red the hot end.",
        "Evaluating Equation ([REF]) costs time (Fig. [REF]).",
        "Figure [REF] extends the results of the rods in Figure [REF] to plates.",
        "This is seen by [CITE] who found heat, which [CITE] identified as flow (Fig. [REF]).",
        "$a + b$ (Fig. [REF]).",
        "In the rod, [REF] absorbs heat and [REF] emits it.",
        "All losses of heat are shown in [REF], and proofs in [REF] of the supplement.",
        "Figure [REF] shows how hot the rod is.",
        "Fig. [REF] shows the rod that we took to the lake.",
        "Figure [REF] shows the rod and confirms the flow of heat.",
        "The flow of heat is drawn like [REF] suggests.",
    ],
)
def test_a_sentence_that_cannot_stand_without_its_reference_is_given_up(sentence: str) -> None:
    assert readable_sentence(sentence) is None


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("Figure 3: The rod [CITE].", "The rod."),
        ("Flow of heat. Same as Fig. [REF], for plates. Compare Fig. 2.", "Flow of heat."),
        ("As in Fig. [REF], the rod is hot.", "The rod is hot."),
        ("Flow of heat. [REF] gives the proof.", "Flow of heat."),
        ("The same rods as in Fig. [REF] with a lid of iron.", "The same rods with a lid of iron."),
        ("The same rods as Fig. [REF] with a lid of iron.", "The same rods with a lid of iron."),
        ("The same as Fig. [REF], but with a rod of iron.", "The same, but with a rod of iron."),
        ("A rod, adapted from [CITE].", "A rod."),
        ("The rods in the [CITE] catalog (Equation [REF]).", "The rods in the catalog."),
        ("Flow of heat (see Table [REF] for details). Rods as in Sec. [REF].", "Flow of heat. Rods."),
        ("Nothing to change: $[a, b)$, e.g. (here).", "Nothing to change: $[a, b)$, e.g. (here)."),
    ],
)
def test_a_caption_loses_its_markers_and_its_own_label(caption: str, expected: str) -> None:
    assert readable_caption(caption) == expected
