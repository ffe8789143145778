"""What people and accounts are called."""

from __future__ import annotations

from bowerbird.core.facts import I16
from bowerbird.simulate.draws import Rng
from bowerbird.simulate.topics import Topics

FIRST_NAMES = """
ana bo chidi dora emre fatima gil hana ivo jun kofi lena mateo nia omar priya quinn rosa sven
tala uma victor wanda xia yusuf zoe amir bela carlos dina elif finn greta hugo jonas kai lucia
milo noor oskar petra ravi selma tomas ulla vera wes ximena yara zev aiko bruno camila darya eli
frida goran helga ilya joana karim lior maya nils olga pavel rina samir tess umar vivi willa
yoko zara abel birgit cleo dario esme felix gaia henrik isla jarek kira leo marta nadia otto
paola rafa sofia timo ursa valentin wim yan zuri ada basil celia drew edda farid gwen hiro imani
joel katya lars mina nico orla pia ruben saga theo ugo vilma wilma yuri zoltan alba boris cora
dev eva faisal gita hamza ida jamal kemal lola marek nora odile pim rita sami tove ursula vito
xavi ylva zeynep
"""
FIRST = tuple(FIRST_NAMES.split())
"""The first people are called plainly so: `bowerbird explore ana`."""

PATTERNS = (
    "{0}and{1}",
    "the{0}{1}",
    "{0}_{1}",
    "{0}daily",
    "{0}club",
    "{0}diary",
    "{0}.{1}",
    "{1}works",
    "my{0}",
    "{1}house",
)

BAIT = ("prizes", "winbig", "freebies", "getrich", "promo", "followback", "deals", "giveaways")


def people(count: int) -> tuple[str, ...]:
    """Return `count` different names: plain ones first, then with numbers ("bo2")."""
    rounds = ((i % len(FIRST), i // len(FIRST)) for i in range(count))
    return tuple(FIRST[first] + (str(again + 1) if again else "") for first, again in rounds)


def handles(topic: I16, bait: tuple[bool, ...], tree: Topics, rng: Rng) -> tuple[str, ...]:
    """Return a different handle for each account, out of the words of its topic ([A]).

    Half of those with `bait` give themselves away.
    """
    first, second = rng.integers(0, 1 << 30, (2, len(topic))).tolist()
    pattern = rng.integers(0, len(PATTERNS), len(topic)).tolist()
    plain = (rng.random(len(topic)) < 0.5).tolist()
    taken: dict[str, int] = {}
    chosen = []
    for account, leaf in enumerate(topic.tolist()):
        words = tree.words[leaf]
        if bait[account] and not plain[account]:
            handle = BAIT[first[account] % len(BAIT)]
        else:
            one = first[account] % len(words)
            other = (one + 1 + second[account] % (len(words) - 1)) % len(words)
            handle = PATTERNS[pattern[account]].format(words[one], words[other])
        taken[handle] = taken.get(handle, 0) + 1
        chosen.append(handle if taken[handle] == 1 else f"{handle}{taken[handle]}")
    return tuple(chosen)
