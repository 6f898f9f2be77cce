"""The table of scenarios, and which seeds may be looked at while the tracker is written."""

from dataclasses import dataclass

# The sample CT is the same in both sets: there is one labelled CT of a person that may be handed on. What differs is the C-arm, the motion, the start and
# the noise. The phantoms are others in each set.
SAMPLE_LEVELS, PHANTOM_LEVELS = "T11-L2", "T11-L2"
# Evaluation seeds 101 to 105 were used up: what they showed has changed the tracker. The Visible Human is for development only.
SETS = {
    "development": {"sample": range(1, 10), "phantom": range(1, 101), "visible human": range(1, 10)},
    "evaluation": {"sample": range(106, 111), "phantom": range(106, 111), "visible human": ()},
}


@dataclass(frozen=True)
class Scenario:
    name: str
    options: tuple = ()
    views: tuple = ("AP", "LAT", "AP,LAT")
    frames: int = 45
    seeds: int = 5  # the first this many of the set
    cases: tuple = ("sample",)
    track: tuple = ()  # options of `lamina track`
    auto: bool = False  # the place is not given
    must_fail: bool = False  # no pose may say OK once the event has begun


BOTH = ("AP,LAT",)

SCENARIOS = [
    Scenario("vertebra only", ("--vertebra-only",), ("AP", "AP,LAT"), 15, track=("--bare",)),
    Scenario("independent motion", (), ("AP", "AP,LAT"), 300),
    Scenario("independent motion, from the side", (), ("LAT",)),
    Scenario("independent motion of phantoms", cases=("phantom",)),
    Scenario("independent motion of another person", cases=("visible human",), seeds=3),
    Scenario("whole patient by nanodrr", ("--projector", "nanodrr"), BOTH, 6, 1),
    # Surfaces of one material each, a spectrum that hardens: not the voxels that the tracker knows. 4 to 8 s an image.
    Scenario("whole patient by gvxr", ("--projector", "gvxr"), ("AP", "AP,LAT"), 15, 1),
    Scenario("breathing alone", ("--motion", "group"), BOTH, seeds=2),
    Scenario("steps of 3 mm and 3 degrees", ("--motion", "steps"), ("AP", "AP,LAT"), seeds=2),
    Scenario("start off by 3 degrees, 3 mm", ("--initial-deg", "3", "--initial-mm", "3"), BOTH, seeds=2),
    Scenario("start off by 8 degrees, 8 mm", ("--initial-deg", "8", "--initial-mm", "8"), BOTH, seeds=2),
    Scenario("found anywhere", (), frames=12, cases=("sample", "phantom"), auto=True),
    Scenario("found anywhere, detector turned by 140 degrees", ("--detector-turn-deg", "140"), frames=12, auto=True),
    Scenario("found anywhere, mirrored", ("--event", "mirrored", "--event-from", "0"), frames=6, cases=("sample", "phantom"), auto=True, must_fail=True),
    Scenario("found anywhere, AP and LAT exchanged", ("--event", "swapped", "--event-from", "0"), BOTH, 6, cases=("sample", "phantom"), auto=True, must_fail=True),
    Scenario("start one level off", ("--initial-levels-off", "1"), ("AP", "AP,LAT"), seeds=3),
    Scenario("50 photons", ("--photons", "50"), BOTH, seeds=2),
    Scenario("scatter 2 times the primary", ("--scatter", "2"), BOTH, seeds=2),
    Scenario("principal point off by 2 px", ("--miscalibrated-px", "2"), BOTH, seeds=2),
    Scenario("distance 1 % too long", ("--distance-error", "0.01"), BOTH, seeds=1),
    Scenario("distance 1 % too short", ("--distance-error", "-0.01"), BOTH, seeds=1),
    Scenario("a rod moves through", ("--tool",), ("AP", "AP,LAT"), seeds=2),
    Scenario("shutters, field given", ("--collimate", "said"), BOTH, seeds=2),
    Scenario("shutters, field not given", ("--collimate", "unsaid"), BOTH, seeds=2),
    Scenario("tube voltage changes", ("--event", "contrast"), BOTH, seeds=2),
    Scenario("no air value", ("--no-air-value",), BOTH, seeds=1),
    Scenario("inverted values", ("--values", "inverted"), BOTH, seeds=1),
    Scenario("frames dropped", ("--drop",), BOTH, seeds=2),
    Scenario("C-arm turns by 10 degrees", ("--carm-turn-deg", "10"), ("AP", "AP,LAT"), seeds=2),
    # Towards the head: the sample CT ends just below L2.
    Scenario("a level leaves the view", ("--leave-view", "L1"), BOTH, seeds=2),
    Scenario("mirrored", ("--event", "mirrored"), ("AP", "AP,LAT"), 24, 2, must_fail=True),
    Scenario("AP and LAT exchanged", ("--event", "swapped"), BOTH, 24, 2, must_fail=True),
    Scenario("another patient's frames", ("--event", "other"), ("AP", "AP,LAT"), 24, 2, must_fail=True),
    Scenario("black frames", ("--event", "black"), BOTH, 24, 1, must_fail=True),
    Scenario("NaN frames", ("--event", "nan"), BOTH, 24, 1, must_fail=True),
]


def seeds(of, case, count):
    return list(SETS[of][case])[:count]
