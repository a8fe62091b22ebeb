"""The words that drawn charts, and the sentences about them, are made of; all our own choice."""

from collections.abc import Sequence

import numpy as np

AXIS_WORDS = tuple(
    """time distance temperature pressure voltage current frequency wavelength intensity depth height age dose energy
    angle speed force mass density concentration humidity yield error accuracy loss rate count signal noise power
    charge field strain stress torque volume width length phase delay cost score weight flow growth salinity
    brightness resistance absorbance conductivity viscosity stiffness radius altitude acidity rainfall lag gain
    displacement magnetisation turbidity curvature momentum redshift entropy capacity latency throughput porosity
    thickness magnitude velocity reward share fraction abundance survival response""".split()
)
NOUNS = tuple(
    """sample sensor membrane river detector galaxy neuron network protein catalyst crystal polymer engine circuit
    antenna glacier seed leaf soil reactor lens mirror laser beam plasma electrode battery enzyme cell tissue patient
    student city vehicle bridge tower cable wing fish insect bird forest field lake ocean island storm cloud star
    planet orbit comet grain powder alloy film layer surface channel valve pump filter column solvent salt acid
    ligand cluster lattice defect magnet coil sheet fibre wire droplet bubble foam gel paste cement brick beam-line
    spectrum image model method algorithm baseline encoder decoder estimate parameter threshold survey trial cohort
    group control reference series station probe camera microscope chamber furnace mould blade rotor shaft gear hinge
    spring joint robot drone queue server node graph tree token prompt corpus market price farm herd crop
    harvest""".split()
)
ADJECTIVES = tuple(
    """small large thin thick warm cold dry wet early late fresh old outer inner upper lower bright dark fast slow
    heavy light soft hard smooth rough clean noisy stable weak strong dense sparse deep shallow open closed treated
    untreated heated cooled annealed doped layered porous coated stirred shaken random regular local global mean
    median total relative measured simulated predicted observed expected typical second third final initial""".split()
)
VERBS = tuple(
    """increases decreases grows shrinks saturates drifts doubles recovers collapses responds levels-off changes
    remains varies converges diverges follows exceeds limits controls drives dominates depends scales settles""".split()
)
ARTICLES = ("the", "the", "the", "the", "a", "our", "each", "every", "this")
LINKS = tuple(
    """with against under above below within before after without across near beyond despite towards between for of in
    at over along inside because-of together-with instead-of as-soon-as even-for""".split()
)
UNITS = tuple("s ms min h nm µm mm cm m km K °C Pa kPa V mV A mA Hz kHz GHz eV keV g kg mol mM % T N dB px".split())
SYMBOLS = tuple(
    r"$T_{50}$ $\alpha$ $k_{\mathrm{B}}$ $x/D$ $R^2$ $\sigma=0.4$ $n>10$ $10^{-3}$ $\pm 0.2$ $\beta_1$ $E_0$ $\mu$ "
    r"$pH$ (CI) p<0.05 [CITE] e.g. n=12 T1 H₂O α-Fe “slow” 3×3 2–5".split()
)
SYLLABLES = tuple(
    """ba be bi bo ca ce co cu da de di do fa fe fi fo ga ge go ha he hy la le li lo ma me mi mo na ne ni no pa pe pi po
    ra re ri ro sa se si so ta te ti to tra tri tro va ve vi vo xa xe za zo ter ton tic sis gen ide ine ium""".split()
)


def pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    """One of the options; much faster than Generator.choice, which makes an array of them first."""
    return options[int(rng.integers(len(options)))]


def coined(rng: np.random.Generator) -> str:
    """A word that does not exist, as names of genes, materials and people look to a reader from another field."""
    word = "".join(pick(rng, SYLLABLES) for _ in range(rng.integers(2, 5)))
    return word.capitalize() if rng.random() < 0.4 else word


def quantity(rng: np.random.Generator) -> str:
    """A number with its unit."""
    number = 10 ** rng.uniform(-1, 3)
    return f"{number:.{rng.integers(0, 3)}f} {pick(rng, UNITS)}"


def noun_phrase(rng: np.random.Generator) -> str:
    """An article, perhaps an adjective, and a noun, at times a coined one."""
    words = [pick(rng, ARTICLES)]
    if rng.random() < 0.6:
        words.append(pick(rng, ADJECTIVES))
    words.append(coined(rng) if rng.random() < 0.15 else pick(rng, NOUNS))
    return " ".join(words)


def clause(rng: np.random.Generator, subject: str = "", most_links: int = 3) -> str:
    """A main clause in small letters, without a full stop, of about 5 to 20 words."""
    words = [subject or noun_phrase(rng), pick(rng, VERBS).replace("-", " ")]
    for _ in range(int(rng.integers(1, most_links + 1))):
        words.append(f"{pick(rng, LINKS).replace('-', ' ')} {noun_phrase(rng)}")
    if rng.random() < 0.35:
        words.append(f"{pick(rng, ('by', 'from', 'near', 'above', 'below'))} {quantity(rng)}")
    if rng.random() < 0.2:
        words.insert(int(rng.integers(1, len(words) + 1)), pick(rng, SYMBOLS))
    return " ".join(words)


def sentence(rng: np.random.Generator) -> str:
    """A clause with a capital letter and a full stop."""
    words = clause(rng)
    return words[0].upper() + words[1:] + "."


def paragraph(rng: np.random.Generator, sentences: int) -> str:
    """Sentences about nothing in particular, as abstracts are to someone who only looks at the picture."""
    return " ".join(sentence(rng) for _ in range(sentences))
