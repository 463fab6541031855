"""What can be wrong with a published site: each kind as a heading and a remedy, in English and Finnish."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

from clayonto.validation.naming import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clayonto.locales import Language


class Kind(NamedTuple):
    """A kind of fault: how bad it is, and what it is and what to do about it, by language."""

    severity: str
    title: Mapping[str, str]
    remedy: Mapping[str, str]


def _kind(severity: str, en: str, fi: str, en_remedy: str, fi_remedy: str) -> Kind:
    return Kind(severity, {"en": en, "fi": fi}, {"en": en_remedy, "fi": fi_remedy})


KINDS: Final[Mapping[str, Kind]] = {
    "missing": _kind(
        "error", "An address that the site names does not answer", "Sivuston nimeämä osoite ei vastaa",
        "Copy all files of the site to the host again, hidden ones included.", "Kopioi sivuston kaikki tiedostot palvelimelle uudelleen, myös piilotiedostot.",
    ),
    "iri": _kind(
        "error", "An IRI of the data does not lead to its description", "Aineiston tunniste ei johda kuvaukseensa",
        "See hosting/README.txt: the rules for this kind of host are not in force, or files are missing.",
        "Katso hosting/README.txt: tämän palvelimen säännöt eivät ole voimassa, tai tiedostoja puuttuu.",
    ),
    "media-type": _kind(
        "error", "A file is sent with the wrong media type", "Tiedosto lähetetään väärällä mediatyypillä",
        "Teach the host the media type; hosting/README.txt says how.", "Kerro palvelimelle mediatyyppi; hosting/README.txt kertoo miten.",
    ),
    "unreadable": _kind(
        "error", "A file is not what its media type says", "Tiedosto ei ole sitä, mitä sen mediatyyppi sanoo",
        "Publish again and copy the file anew; something changed it on the way.", "Julkaise uudelleen ja kopioi tiedosto; jokin muutti sitä matkalla.",
    ),
    "formats-differ": _kind(
        "error", "The formats of one document say different things", "Saman asiakirjan muodot sanovat eri asioita",
        "Publish again; the files come from different versions of the data.", "Julkaise uudelleen; tiedostot ovat aineiston eri versioista.",
    ),
    "not-in-dump": _kind(
        "error", "The pages' data says what the download does not have", "Sivujen datassa on sellaista, mitä ladattavassa aineistossa ei ole",
        "Publish again and copy all files; the download is of another version.", "Julkaise uudelleen ja kopioi kaikki tiedostot; lataus on toisesta versiosta.",
    ),
    "only-in-dump": _kind(
        "error", "The download says what no page's data has", "Ladattavassa aineistossa on sellaista, mitä minkään sivun datassa ei ole",
        "Publish again and copy all files; pages are missing or of another version.",
        "Julkaise uudelleen ja kopioi kaikki tiedostot; sivuja puuttuu tai ne ovat toisesta versiosta.",
    ),
    "link": _kind(
        "error", "A page links to what is not there", "Sivu linkittää olemattomaan",
        "Publish again and copy all files.", "Julkaise uudelleen ja kopioi kaikki tiedostot.",
    ),
    "hreflang": _kind(
        "error", "Language versions of a page do not point to each other", "Sivun kieliversiot eivät viittaa toisiinsa",
        "Publish again: both pages must be of the same build.", "Julkaise uudelleen: sivujen on oltava samasta julkaisusta.",
    ),
    "alternate": _kind(
        "error", "A page does not say where its data is", "Sivu ei kerro, missä sen data on",
        "Publish again; the page has lost its rel=alternate links.", "Julkaise uudelleen; sivulta puuttuvat rel=alternate-linkit.",
    ),
    "catalogue": _kind(
        "error", "The catalogue or the VoID description is not valid", "Luettelo tai VoID-kuvaus ei ole kelvollinen",
        "Publish again; if you changed the file by hand, change the config instead.",
        "Julkaise uudelleen; jos muutit tiedostoa käsin, muuta sen sijaan asetuksia.",
    ),
    "checksum": _kind(
        "error", "A download differs from its checksum", "Lataus poikkeaa tarkistussummastaan",
        "Copy the file again; it was changed or cut short on the way.", "Kopioi tiedosto uudelleen; se muuttui tai katkesi matkalla.",
    ),
    "count": _kind(
        "error", "A number in the VoID description is not what was counted", "VoID-kuvauksen luku ei ole se, mikä laskettiin",
        "Publish again; the description and the download are of different versions.", "Julkaise uudelleen; kuvaus ja lataus ovat eri versioista.",
    ),
    "cors": _kind(
        "warning", "Scripts on other sites may not read the data", "Muiden sivustojen skriptit eivät saa lukea dataa",
        "Let the host send “Access-Control-Allow-Origin: *”.", "Anna palvelimen lähettää ”Access-Control-Allow-Origin: *”.",
    ),
    "vary": _kind(
        "warning", "A negotiated answer does not say on what it depends", "Neuvoteltu vastaus ei kerro, mistä se riippuu",
        "Let the host send “Vary: Accept”, or caches will mix the formats up.",
        "Anna palvelimen lähettää ”Vary: Accept”, tai välimuistit sekoittavat muodot.",
    ),
}  # fmt: skip
"""Each kind of fault by its name."""
_MOST: Final = 5


class Finding(NamedTuple):
    """One fault: its kind, the address it is about, and what exactly is wrong, by language."""

    kind: str
    url: str
    detail: Mapping[str, str]

    @property
    def severity(self) -> str:
        """``error`` or ``warning``."""
        return KINDS[self.kind].severity


class Report(NamedTuple):
    """What a check found. ``counts`` says how many pages, IRIs, files and triples were looked at."""

    target: str
    base: str
    findings: Sequence[Finding]
    counts: Mapping[str, int]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong; warnings are not wrong."""
        return not any(finding.severity == "error" for finding in self.findings)

    def to_text(self, *, lang: Language = "en", most: int = _MOST) -> str:
        """The report for a person, faults by kind, the worst first.

        :param most: how many of each kind are shown.
        """
        fi = lang == "fi"
        counted = self.counts
        lines = [f"{self.target}"]
        if self.base and self.base != self.target:
            lines[0] += f" ({'julkaistu osoitteessa' if fi else 'published at'} {self.base})"
        lines.append(
            f"Tarkistettu {counted['iris']} tunnistetta, {counted['pages']} sivua, {counted['files']} datatiedostoa, {counted['triples']} väitettä."
            if fi
            else f"Looked at {counted['iris']} IRIs, {counted['pages']} pages, {counted['files']} data files, {counted['triples']} triples."
        )
        for name, kind in sorted(KINDS.items(), key=lambda item: item[1].severity):
            found = [finding for finding in self.findings if finding.kind == name]
            if found:
                mark = ("virhe" if fi else "error") if kind.severity == "error" else ("varoitus" if fi else "warning")
                lines += ["", f"{mark}: {kind.title[lang]} ({len(found)})"]
                lines += [f"  {clean(finding.url)}: {clean(finding.detail[lang])}" for finding in found[:most]]
                if len(found) > most:
                    lines.append(f"  … {'ja' if fi else 'and'} {len(found) - most} {'muuta' if fi else 'more'}")
                lines.append(f"  → {kind.remedy[lang]}")
        lines += [
            "",
            ("Kaikki on kunnossa." if fi else "All is well.") if self.ok else ("Jotain on vialla." if fi else "Something is wrong."),
        ]
        return "\n".join(lines)

    def to_json(self) -> str:
        """The report for a program."""
        findings = [{"kind": f.kind, "severity": f.severity, "url": f.url, "detail": dict(f.detail)} for f in self.findings]
        made = {"target": self.target, "base": self.base, "ok": self.ok, "counts": dict(self.counts), "findings": findings}
        return json.dumps(made, ensure_ascii=False, indent=2)
