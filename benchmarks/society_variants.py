"""The Explore page with a part taken out, as programs: what is each part worth to people?"""

from __future__ import annotations

from pathlib import Path

from bowerbird.app.closed_loop import OURS
from bowerbird.page.programs import presets

FIRST = ".rank(ranking_model=first_pass, value=value, keep=150)\n"
SECOND = ".rank(ranking_model=second_pass, value=value, keep=50)\n"
FINAL = ".rank(ranking_model=final_pass, value=value)\n"
PENALTY = """\
.diversify_by(
    account_id,
    seed_id,
    method=penalty,
    strength=variety,
    seed_strength=0.03,
    memory=0.5,
    type_strength=0.03,
    keep=page_size,
)
"""
EXPLORE = ".explore(slots=1, from=newcomers, size=page_size)\n"
CO_ENGAGED = ".co_engaged(k=200).dedupe().posted_media(max_media_per_account=5, within=fresh_for)"

VARIANTS: dict[str, tuple[tuple[str, str], ...]] = {
    "no_first_pass": ((FIRST, ""),),
    "no_second_pass": ((SECOND, ""), (FIRST, FIRST.replace("150", "50"))),
    "no_final_pass": ((FINAL, ""),),
    "only_final_pass": ((FIRST, ""), (SECOND, "")),
    "no_penalty": ((PENALTY, ".limit(page_size)\n"),),
    "no_exploration": ((EXPLORE, ""),),
    "retrieval_order": ((FIRST, ""), (SECOND, ""), (FINAL, "")),
    "co_engagement": (
        (FIRST, ""), (SECOND, ""), (FINAL, ""), (PENALTY, ".limit(page_size)\n"), (EXPLORE, ""),
        ("\ninventory\n", f"\nnear = first_of(seeds{CO_ENGAGED}, trending(within=2d))\n\nnear\n"),
        (".sample(500)\n", ""),
    ),
}  # fmt: skip
"""Name -> what is replaced by what, in the preset; each stands there once."""


def program_of(policy: str, folder: Path) -> str:
    """Return the policy itself, or the file below `folder` that holds the program of a variant."""
    if policy not in VARIANTS:
        return policy
    text = presets()[OURS]
    for old, new in VARIANTS[policy]:
        if text.count(old) != 1:
            raise SystemExit(f"the preset does not have {old!r} once: mend the variant {policy}")
        text = text.replace(old, new)
    file = folder / f"{policy}.igql"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return str(file)
