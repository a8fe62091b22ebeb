"""Words that no caption has: refusals, figures by number, instructions said back, notation of the chat."""

import pytest

from s1_assets.captioning.answer import Fault
from s1_assets_tests.captioning.judged import CONTEXTUAL, VISUAL, verdict, with_sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "I'm sorry, but I can't help with that.",
        "I cannot describe what is not there.",
        "I am unable to view it.",
        "As an AI language model, I have no eyes.",
        "As an AI, I cannot look.",
        "It was not possible because the assistant was unable to view the image.",
        "No image was provided.",
        "The image was not provided.",
        "Unfortunately, I can only guess.",
        "Please provide the figure.",
        "Note: I cannot see it.",
        "There is little to say because the input image was not provided.",
        "No image was provided for analysis.",
        "The image could not be loaded, so its colours are unknown.",
        "I do not see any image here.",
        "Image not available; the content is inferred from the caption alone.",
        "We are unable to provide a description of it.",
        "Based on the provided text, the image likely shows a pump.",
    ],
)
def test_a_refusal_is_a_fault(sentence: str) -> None:
    assert with_sentence(sentence).fault is Fault.REFUSAL
    assert verdict(visual=sentence).fault is Fault.REFUSAL


@pytest.mark.parametrize(
    "sentence",
    [
        "Transitions of type I cannot occur below the threshold.",
        "Clones that lack factor I do not have leaves.",
        "It serves as an AI benchmark with three tasks.",
        "No image charge was included in the model.",
        "The robot was unable to see the ball behind the wall.",
        "The condition was not provided by the vendor.",
        "There are three type classes: I cannot overlap with II.",
        "A scale for the image is not provided.",
        "No image is included for the control group.",
        "As a language model, GPT-4 was prompted with both texts.",
        "The screenshot of a form says “Please provide your email”.",
        "Based on the caption, a classifier chooses one of three labels.",
        "The images of the left column are not available to the network.",
        "Two panels show an image that could not be aligned.",
    ],
)
def test_words_of_science_are_no_refusal(sentence: str) -> None:
    assert with_sentence(sentence).fault is None


@pytest.mark.parametrize(
    "words",
    [
        "Figure 3",
        "Fig. 2a",
        "fig 1",
        "FIG. 4",
        "this figure 3",
        "Figs. 2 and 3",
        "Fig.S2",
        "Figure (5)",
        "Figure IV",
        "scheme 1",
        "Figure-3",
        "Figure 3D",
        "Figure 3D plots rates",
        "Figure (2a–c)",
        "data Figure 8",
        "Figure ??",
        "Fig.~4",
    ],
)
def test_a_figures_number_is_a_fault(words: str) -> None:
    assert with_sentence(f"The same is seen in {words} at the left.").fault is Fault.SELF_REFERENCE


@pytest.mark.parametrize(
    "words",
    [
        "the figure 8 orbit",
        "a figure 8 coil",
        "the figure 8 coil",
        "the figure (2 × 2 panels)",
        "a fig 5 cm wide",
        "the figure 3D surface",
        "panel 3",
        "scheme 12",
        "table 4",
        "the figures in 3 rows",
        "configuration 7",
        "Fig trees",
    ],
)
def test_other_numbers_are_no_figures(words: str) -> None:
    assert with_sentence(f"The same is seen with {words} at the left.").fault is None


@pytest.mark.parametrize("label", ["3", "1.", "S1", "2b"])
def test_a_label_without_a_word_is_no_phrase(label: str) -> None:
    words = f"Delivery falls by a factor of {label.strip('.')} at the left."
    assert verdict(contextual=f"{CONTEXTUAL} {words}", label=label).fault is None


def test_instructions_said_back_are_a_fault() -> None:
    line = "Say what kind of figure it is, what its axes, panels and colours are."
    assert verdict(visual=f"{VISUAL} {line}").fault is Fault.INSTRUCTION_ECHO
    assert with_sentence("As requested, nothing was invented.").fault is Fault.INSTRUCTION_ECHO
    assert with_sentence("As requested by the prompt, it is short.").fault is Fault.INSTRUCTION_ECHO
    assert with_sentence("Because the instructions ask for two layers, there are two.").fault is Fault.INSTRUCTION_ECHO
    assert with_sentence("As requested by the operator, the pump rests.").fault is None
    assert with_sentence("On the screen the instructions ask participants to press a key.").fault is None
    assert with_sentence("What the image shows is a trend, a peak and a difference.").fault is None


@pytest.mark.parametrize(
    "markup",
    [
        "<|im_end|>",
        "＜｜im_end｜＞",
        "<think>",
        "</caption>",
        "<tool_call>",
        "[INST]",
        "```json",
        "Assistant: yes",
        "[REF]",
        "[CITE]",
        "Figure \\ref{fig:a} rises.",
        "It was found before \\cite{a}.",
        "It obeys \\eqref{one}.",
        '{"visual": "A line rises."',
        "system: you are a helpful assistant.",
        "<script>alert(1)</script>",
        "![figure](http://x/y.png)",
        "More stands at https://example.org/pump.",
        "More stands at www.example.org.",
    ],
)
def test_notation_of_the_chat_is_a_fault(markup: str) -> None:
    assert with_sentence(markup).fault is Fault.CHAT_MARKUP
    assert verdict(visual=f"{markup} {VISUAL}").fault is Fault.CHAT_MARKUP


def test_an_address_printed_in_the_figure_may_be_read_off_it() -> None:
    sentence = "The browser shows https://example.org/pump."
    shown = ("https://example.org/pump",)
    assert verdict(visual=f"{VISUAL} {sentence}", figure_text=shown).fault is None
    assert verdict(visual=f"{VISUAL} {sentence}").fault is Fault.CHAT_MARKUP


@pytest.mark.parametrize(
    "sentence",
    [
        "The page has a `<title>` element and a “<label>”.",
        "System: a pump.",
        "A visual: the mean.",
        "The interval is [0, 1] (a: left).",
        "The mean <s> is |x| < 3 and <b> is bold.",
        "Each user: a dot.",
        "The array a[0] holds $<\\psi|H|\\psi>$.",
    ],
)
def test_brackets_of_science_are_no_chat(sentence: str) -> None:
    assert with_sentence(sentence).fault is None
