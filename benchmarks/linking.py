"""Finding organisations that are one body: seconds, memory, precision and recall.

``python benchmarks/linking.py [COUNT…]`` makes so many organisations in ten countries (10,000 and 100,000 when not told), a fifth of them other spellings of
another, and looks for those; and holds the scores against the pairs in ``tests/linking/labelled.tsv``, which people have judged.
"""

from __future__ import annotations

import csv
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

from clayonto.linking import Organisation, candidates
from clayonto.linking.evidence import Known, Matcher

LABELLED = Path(__file__).parent.parent / "tests" / "linking" / "labelled.tsv"
PLACES, FIRST, SECOND = 900, 3000, 400
COUNTRIES = ("FIN", "SWE", "EST", "DEU", "POL", "ITA", "FRA", "ESP", "HRV", "CZE")
KINDS = (
    "municipality of {place}",
    "university of {place}",
    "{place} {second} {form}",
    "{first} {second} {form}",
    "{first} {form}",
    "{first} & {second} {form}",
)
FORMS = ("Oy", "AB", "GmbH", "s.r.o.", "d.o.o.", "ry", "Srl", "")
SYLLABLES = [a + b for a in "bdfghjklmnprstv" for b in ("a", "e", "i", "o", "u", "ä", "ö", "an", "er", "is", "ol", "un")]


def words(count: int, rng: random.Random) -> list[str]:
    """So many different words of two to four syllables."""
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))).capitalize()] = None
    return list(found)


def misspelled(name: str, rng: random.Random) -> str:
    """A name as another register might have it."""
    letters = list(name)
    place = rng.randrange(1, len(letters) - 1)
    ways = (
        name.upper,
        lambda: name.replace("ä", "a").replace("ö", "o") + ",",
        lambda: " ".join(reversed(name.split())),
        lambda: f"{name} ({''.join(word[0] for word in name.split()).upper()}X)",
        lambda: "".join(letters[:place] + letters[place + 1 :]),
        lambda: "".join([*letters[:place], letters[place], *letters[place:]]),
        lambda: name.rpartition(" ")[0] if name.rpartition(" ")[2] in FORMS and " " in name else name.lower(),
    )
    return rng.choice(ways)()


def generated(count: int) -> tuple[list[Organisation], set[tuple[str, str]]]:
    """Organisations, and which two of them are one."""
    rng = random.Random(count)
    scale = max(count / 10_000, 1)
    places, first, second = (words(int(number * scale**0.7), rng) for number in (PLACES, FIRST, SECOND))
    bodies: list[Organisation] = []
    same: set[tuple[str, str]] = set()
    seen: set[tuple[str, str]] = set()
    while len(bodies) < count:
        name = (
            rng.choice(KINDS)
            .format(place=rng.choice(places), first=rng.choice(first), second=rng.choice(second), form=rng.choice(FORMS))
            .strip()
        )
        country = rng.choice(COUNTRIES)
        if (name, country) in seen or len(name) < 6:
            continue
        seen.add((name, country))
        iri = f"https://example.org/{len(bodies):07}"
        bodies.append(Organisation(iri, [name], countries={country}))
        if rng.random() < 0.25 and len(bodies) < count:
            other = f"https://example.org/{len(bodies):07}"
            bodies.append(Organisation(other, [misspelled(name, rng)], countries={country}))
            same.add((iri, other))
    return bodies, same


def measure(count: int) -> str:
    """A row of the table, in a process of its own."""
    bodies, same = generated(count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    found = {(link.one, link.other): link.confidence or 0.0 for link in candidates(bodies, min_score=0.5)}
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cells = []
    for least in (0.7, 0.9):
        proposed = {pair for pair, score in found.items() if score >= least}
        right = len(proposed & same)
        cells.append(f"{right / max(len(proposed), 1):>10.3f} {right / len(same):>8.3f}")
    return f"{count:>13,} {seconds:>9.1f} {peak / 1024:>6.0f} {(peak - before) / 1024:>9.0f}  {'  '.join(cells)}"


def judged() -> str:
    """Precision and recall on the pairs that people have judged, and how often a score is right."""
    with LABELLED.open(encoding="utf-8") as file:
        next(file)
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    ones, others = (
        [Known.of(Organisation(side, [row[side]], countries={row["country"]} - {""})) for row in rows] for side in ("one", "other")
    )
    matcher = Matcher([*ones, *others])
    scored = [(matcher.compare(one, other).score, row["same"] == "yes") for one, other, row in zip(ones, others, rows, strict=True)]
    every = sum(same for _, same in scored)
    lines = [f"{len(scored)} pairs judged by hand, {every} of them one body", "  score from  precision  recall"]
    for least in (0.5, 0.6, 0.7, 0.8, 0.9):
        above = [same for score, same in scored if score >= least]
        lines.append(f"{least:>12}  {sum(above) / len(above):>9.2f}  {sum(above) / every:>6.2f}")
    lines += ["", "       score  pairs  mean score  one body"]
    for low, high in ((0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.0)):
        within = [(score, same) for score, same in scored if low <= score < high]
        mean, share = (sum(pair[which] for pair in within) / len(within) for which in range(2))
        lines.append(f"{low:>6} – {high}  {len(within):>5}  {mean:>10.2f}  {share:>8.2f}")
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Print the tables."""
    if arguments[:1] == ["--one"]:
        print(measure(int(arguments[1])))
        return
    print(judged())
    print("\norganisations   seconds     MB  MB for it  precision   recall  precision   recall")
    print("                                            from 0.7             from 0.9", flush=True)
    for count in arguments or ["10000", "100000"]:
        subprocess.run([sys.executable, __file__, "--one", count], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
