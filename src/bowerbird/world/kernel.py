"""The fold itself: facts one after the other, each by its kind."""

from __future__ import annotations

from bowerbird.core.facts import F32, I32, I64, U8, FactKind
from bowerbird.core.kernels import fused, kernel
from bowerbird.world.catalogue import fold_account, fold_media
from bowerbird.world.details import details_need
from bowerbird.world.events import fold_events
from bowerbird.world.incoming import Facts
from bowerbird.world.ledger import NEED, NEED_NOTHING, NEED_PAIRS, step
from bowerbird.world.pairs import pairs_fit
from bowerbird.world.probe import Whole
from bowerbird.world.records import Lines
from bowerbird.world.shown import fold_exposure
from bowerbird.world.verdicts import fold_control, fold_label, fold_removal, fold_score

_ACCOUNT = int(FactKind.ACCOUNT)
_MEDIA = int(FactKind.MEDIA)
_EVENT = int(FactKind.EVENT)
_EXPOSURE = int(FactKind.EXPOSURE)
_CONTROL = int(FactKind.CONTROL)
_LABEL = int(FactKind.LABEL)
_SCORE = int(FactKind.SCORE)
_REMOVAL = int(FactKind.REMOVAL)


@fused
def fact_needs(facts: Facts, i: Whole, details: U8, pairs: Lines, ledger: I64) -> Whole:
    """Return what must grow before a fact that is no event is folded."""
    if facts.kind[i] in (_ACCOUNT, _MEDIA):
        length = facts.details_at[i + 1] - facts.details_at[i]
        return details_need(details, ledger, length)
    if facts.kind[i] == _CONTROL and not pairs_fit(pairs, ledger):
        return NEED_PAIRS
    return NEED_NOTHING


@fused
def fold_others(  # noqa: C901 -- one branch a kind: they are the subject
    facts: Facts,
    first: Whole,
    media: Lines,
    accounts: Lines,
    users: Lines,
    pairs: Lines,
    details: U8,
    media_scores: F32,
    account_scores: F32,
    touched: I32,
    fresh: I32,
    ledger: I64,
) -> Whole:
    """Fold what is no event from `first` on, up to an event or a need; return where it stopped."""
    i = first
    while i < len(facts.kind) and facts.kind[i] != _EVENT:
        kind, need = facts.kind[i], fact_needs(facts, i, details, pairs, ledger)
        if need != NEED_NOTHING:
            ledger[NEED] = need
            return i
        if kind == _MEDIA:
            fold_media(facts, i, media, accounts, details, touched, fresh, ledger)
        elif kind == _ACCOUNT:
            fold_account(facts, i, accounts, users, details, ledger)
        elif kind == _EXPOSURE:
            fold_exposure(facts, i, users)
        elif kind == _CONTROL:
            fold_control(facts, i, media, users, pairs, ledger)
        elif kind == _LABEL:
            fold_label(facts, i, media, accounts, touched, ledger)
        elif kind == _SCORE:
            fold_score(facts, i, media_scores, account_scores)
        elif kind == _REMOVAL:
            ledger[NEED] |= fold_removal(facts, i, media, accounts, users, details, ledger)
        i += 1
        if step(ledger, facts.ts[i - 1], facts.flags[i - 1]):
            return i
    return i


@kernel
def fold_facts(
    facts: Facts,
    first: Whole,
    media: Lines,
    accounts: Lines,
    users: Lines,
    history: Lines,
    pairs: Lines,
    seen: I32,
    details: U8,
    media_scores: F32,
    account_scores: F32,
    touched: I32,
    fresh: I32,
    ledger: I64,
) -> Whole:
    """Fold the facts from position `first` on; return how far, `ledger[NEED]` saying why not on."""
    i = first
    while i < len(facts.kind) and ledger[NEED] == NEED_NOTHING:
        if facts.kind[i] == _EVENT:
            i = fold_events(facts, i, media, accounts, users, history, pairs, seen, touched, ledger)
        else:
            i = fold_others(
                facts,
                i,
                media,
                accounts,
                users,
                pairs,
                details,
                media_scores,
                account_scores,
                touched,
                fresh,
                ledger,
            )
    return i
