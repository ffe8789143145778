"""Random programs, the same for the same seed: every operator, nested, with bindings and params."""

from __future__ import annotations

from random import Random

NUMBERS = {
    "media": ["spam", "policy", "popularity", "impressions", "score", "similarity", "(age / 1d)"],
    "accounts": ["non_recommendable", "followers", "score", "similarity"],
}
BOOLS = {
    "media": ["seen", "muted", "recommendable", "own", "expired"],
    "accounts": ["muted", "recommendable"],
}
OTHER = {
    "media": [
        "media_type in [photo, video]",
        "media_type != photo",
        "age < 9d",
        "age between 1d and 20d",
        "account_id == seed",
        "via != seed",
        "seed_action == like",
        "seed_media_type not in [video, story]",
        "source >= 0",
        "ts - ts < age",
    ],
    "accounts": [
        "account_id != seed",
        "seed_action in [like, save]",
        "seed_media_type == photo",
        "via == account_id",
    ],
}


class Programs:
    """Makes one program after the other."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.lets = 0
        self.bindings: list[str] = []
        self.known: dict[str, list[str]] = {}
        self._kind = ""

    def program(self) -> str:
        """Return the text of a program."""
        self.lets, self.bindings, self.known = 0, [], {"accounts": [], "media": []}
        for _ in range(self.random.choice([0, 0, 1, 2])):
            kind = self.random.choice(["accounts", "media"])
            name = f"b{len(self.bindings)}"
            text = getattr(self, kind)(1)
            self.bindings.append(f"{name} = {text}")
            self.known[kind].append(name)
        result = self.media(2) if self.random.random() < 0.85 else self.accounts(2)
        if self._kind == "media":
            result += self.finish()
        return "\n".join([*self.bindings, result])

    def one(self, options: list[str]) -> str:
        return self.random.choice(options)

    def number(self, kind: str, depth: int = 2) -> str:
        if depth == 0 or self.random.random() < 0.4:
            return self.one([*NUMBERS[kind], "0.5", "2", "0.1"])
        a, b = self.number(kind, depth - 1), self.number(kind, depth - 1)
        return self.one(
            [
                f"({a} + {b})",
                f"({a} - {b})",
                f"({a} * {b})",
                f"({a} / {b})",
                f"min({a}, {b})",
                f"max({a}, {b})",
                f"clip({a}, 0, {self.one(['1', '0.3'])})",
                f"if({self.condition(kind, 0)}, {a}, {b})",
                f"abs({a})",
                f"sqrt({a})",
                f"-({a})",
            ]
        )

    def condition(self, kind: str, depth: int = 1) -> str:
        roll = self.random.random()
        if depth and roll < 0.5:
            parts = [self.condition(kind, 0) for _ in range(self.random.randint(2, 4))]
            return self.one([" and ".join(parts), " and ".join(parts), f"({' or '.join(parts)})"])
        if roll < 0.65:
            return self.one(["", "not "]) + self.one(BOOLS[kind])
        if roll < 0.8:
            return self.one(OTHER[kind])
        compare = self.one(["<", "<=", ">", ">="])
        return f"{self.number(kind, 1)} {compare} {self.one(['0.2', '0.5', '1', '0.01'])}"

    def cap(self, most: int = 40) -> int:
        return self.random.randint(1, most)

    def step(self, kind: str) -> str:
        roll = self.random.random()
        if roll < 0.35:
            return f".filter({self.condition(kind)})"
        if roll < 0.45:
            self.lets += 1
            return f".let(x{self.random.randint(0, 2)}={self.number(kind, 1)})"
        if roll < 0.5 and kind == "accounts":
            return ".let(seed_id=account_id)"
        return self.one(
            [
                f".limit({self.cap()})",
                f".limit({self.cap()})",
                f".sample({self.cap()})",
                f".sample({self.cap()}, temperature={self.one(['0', '0.5', '2'])})",
                f".score({self.number(kind)})",
                f".dedupe(combine={self.one(['sum', 'max', 'noisy_or'])})",
            ]
        )

    def steps(self, kind: str, most: int = 3) -> str:
        return "".join(self.step(kind) for _ in range(self.random.randint(0, most)))

    def combined(self, kind: str, depth: int) -> str:
        parts = [getattr(self, kind)(depth - 1) for _ in range(self.random.randint(1, 3))]
        if self.random.random() < 0.2:
            parts.append(parts[0])
        match self.one(["blend", "blend", "union", "first_of"]):
            case "blend":
                weighed = ", ".join(f"{self.one(['0.5', '1', '0.25'])} * {part}" for part in parts)
                text = f"blend({weighed}, scale={self.one(['rank', 'max', 'raw'])})"
            case "union":
                text = f"union({', '.join(parts)})"
            case _:
                text = f"first_of({', '.join(parts)}, min={self.cap(10)})"
        self._kind = kind
        return text

    def accounts(self, depth: int) -> str:
        roll = self.random.random()
        if depth and roll < 0.2:
            text = self.combined("accounts", depth)
        elif roll < 0.4 and self.known["accounts"]:
            text = self.one(self.known["accounts"])
        elif roll < 0.5 and depth:
            text = f"{self.media(0)}.owner()"
        else:
            hop = self.one(
                ["liked", "engaged", "viewed", "followed", "saved", "commented", "shared"]
            )
            args = self.one(
                [
                    "",
                    f"max_num_to_retrieve={self.cap(8)}",
                    "within=15d",
                    "media_types=[photo, video]",
                ]
            )
            text = self.one(
                [
                    f"user.{hop}({args})",
                    f"user.{hop}({args})",
                    f"user.two_hop(k={self.cap()})",
                    f"accounts({self.one(['', 'by=followers, ', 'within=20d, '])}k={self.cap()})",
                ]
            )
        for _ in range(self.random.choice([0, 1, 1, 2])):
            text += self.steps("accounts", 2)
            text += self.one(
                [
                    f".account_nn(k={self.cap(10)})",
                    f".account_nn(k={self.cap(10)})",
                    f".co_engaged(k={self.cap(10)})",
                    f".linear(k={self.cap(30)})",
                ]
            )
        text += self.steps("accounts", 2)
        self._kind = "accounts"
        return text

    def media(self, depth: int) -> str:
        roll = self.random.random()
        if depth and roll < 0.3:
            text = self.combined("media", depth)
        elif roll < 0.4 and self.known["media"]:
            text = self.one(self.known["media"])
        elif roll < 0.55:
            by = self.one(["", "by=popularity - spam, ", "within=20d, "])
            text = self.one(
                [
                    f"trending(k={self.cap()})",
                    f"fresh(k={self.cap()}, within=10d)",
                    f"media({by}k={self.cap()})",
                ]
            )
        elif roll < 0.65:
            text = f"user.engaged_media(max_num_to_retrieve={self.cap(10)})"
            text += self.one(
                [
                    "",
                    f".co_engaged(k={self.cap(10)})",
                    f".media_nn(k={self.cap(10)})",
                    f".linear(k={self.cap(30)})",
                ]
            )
        elif roll < 0.7:
            args = self.one(["", "actions=[like, save], ", "within=15d, ", "media_types=[video], "])
            cap = f"max_media_per_account={self.cap(8)}"
            text = f"{self.accounts(max(depth - 1, 0))}.media_engaged_by({args}{cap})"
        else:
            where = self.one(["", f", where={self.condition('media')}", ", within=12d"])
            base = self.accounts(max(depth - 1, 0))
            text = f"{base}.posted_media(max_media_per_account={self.cap(8)}{where})"
        text += self.steps("media")
        self._kind = "media"
        return text

    def finish(self) -> str:
        text = ""
        if self.random.random() < 0.3:
            value = self.one(["", ", value=like + 2 * save - score", ", value=like * popularity"])
            text += f".rank({self.one(['ranking_model=light', 'ranking_model=default'])}{value}"
            text += self.one([")", f", keep={self.cap()})"])
        if self.random.random() < 0.2:
            shares = self.one(["photo=0.5, video=0.5", "photo=0.2, video=0.5, story=0.3", "live=1"])
            text += f".mix({shares}{self.one(['', f', keep={self.cap()}'])})"
        if self.random.random() < 0.3:
            columns = self.one(["account_id", "account_id, seed", "seed_id, media_type", "via"])
            likeness = ["mmr", "mmr, strength=0.8"] if "media_type" not in columns else []
            method = self.one(
                [
                    "penalty",
                    "penalty, strength=0.7",
                    "penalty, memory=0.5, type_strength=0.1",
                    "penalty, memory=0.5, seed_strength=0.1",
                    "round_robin",
                    "max_per, at_most=1",
                    *likeness,
                ]
            )
            text += f".diversify_by({columns}, method={method}, keep={self.cap()})"
        if self.random.random() < 0.2:
            text += self.one([".limit(7)", ".filter(spam < 0.9)", ".let(y=score)"])
        if self.random.random() < 0.2:
            text += (
                f".explore(slots={self.cap(3)}{self.one(['', ', size=10', ', where=not seen'])})"
            )
        return text
