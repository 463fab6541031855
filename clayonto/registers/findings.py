"""What an import found in a row: how it was repaired, or why it was refused, in words for people.

A finding is a short code with what fills its sentence in, so that a report can be counted by code, and read in English and Finnish.
"""

from __future__ import annotations

from typing import Final, NamedTuple

REPAIRS: Final = {
    "commas": (
        "commas inside names were not quoted; the columns were found by the code, the dates and the sums",
        "nimien sisäiset pilkut olivat ilman lainausmerkkejä; sarakkeet löydettiin koodin, päivien ja summien avulla",
    ),
    "quoted-line": ("the whole line was in quotation marks", "koko rivi oli lainausmerkeissä"),
    "tail": ("the line ended in signs that belong to no column", "rivin lopussa oli merkkejä, jotka eivät kuulu mihinkään sarakkeeseen"),
    "spaces": ("{column}: spaces were taken out", "{column}: välilyöntejä poistettiin"),
    "encoding": (
        "the line is not UTF-8 as the rest of its file; it was read as Windows-1252",
        "rivi ei ole UTF-8:aa kuten muu tiedosto; se luettiin merkistönä Windows-1252",
    ),
    "zone": (
        "{column}: “{value}” is midnight in another time zone; the day is {detail}",
        "{column}: ”{value}” on keskiyö toisella aikavyöhykkeellä; päivä on {detail}",
    ),
    "number": ("{column}: “{value}” was read as {detail}", "{column}: ”{value}” luettiin luvuksi {detail}"),
    "negative": (
        "{column}: {value} is less than nothing, so the sum was left out",
        "{column}: {value} on alle nollan, joten summa jätettiin pois",
    ),
    "absent": ("{column}: “{value}” says that there is no value", "{column}: ”{value}” sanoo, ettei arvoa ole"),
    "meant": (
        "{column}: the publisher writes “{value}” where {detail} is meant",
        "{column}: julkaisija kirjoittaa ”{value}”, kun tarkoitetaan: {detail}",
    ),
    "quotes": (
        "quotation marks inside a cell are not written as CSV has them; the cells were told apart by the marks between them",
        "solun sisäiset lainausmerkit eivät ole CSV:n mukaiset; solut erotettiin niiden välisten merkkien avulla",
    ),
    "nuts": (
        "{column}: {value} is in no version of NUTS since 2013; the place was left out",
        "{column}: {value} ei kuulu mihinkään NUTS-versioon vuodesta 2013; paikka jätettiin pois",
    ),
    "unit": (
        "{column}: no one unit of NUTS is called “{value}”; the place was left out",
        "{column}: ”{value}” ei ole minkään yhden NUTS-yksikön nimi; paikka jätettiin pois",
    ),
    "outside": (
        "{column}: {value} is not in {detail}, which the row names too; the smaller place was kept",
        "{column}: {value} ei sisälly alueeseen {detail}, jonka rivi myös nimeää; pienempi paikka säilytettiin",
    ),
    "rate": (
        "{column}: “{value}” is no one rate from 0 to 100 percent; it was left out",
        "{column}: ”{value}” ei ole yksiselitteinen osuus väliltä 0–100 prosenttia; se jätettiin pois",
    ),
    "word": (
        "{column}: “{value}” is none of the words {detail}; it was left out, and can be added to the mapping",
        "{column}: ”{value}” ei ole mikään sanoista {detail}; se jätettiin pois, ja sen voi lisätä kuvaukseen",
    ),
    "padded": (
        "{column}: {value} is the code {detail}, without the noughts that a spreadsheet takes away",
        "{column}: {value} on koodi {detail} ilman nollia, jotka taulukkolaskenta poistaa",
    ),
    "vat": (
        "{column}: “{value}” is no VAT number with its country; it was left out",
        "{column}: ”{value}” ei ole maatunnuksellinen ALV-numero; se jätettiin pois",
    ),
    "lost": (
        "{column}: characters were lost before publication (U+FFFD); it is kept as it is",
        "{column}: merkkejä on kadonnut ennen julkaisua (U+FFFD); se säilytetään sellaisenaan",
    ),
    "realigned": (
        "{column}: {value} repeats countries; its runs are as many as the names, and a postcode proves it ({detail})",
        "{column}: {value} toistaa maita; eri maiden jaksoja on yhtä monta kuin nimiä, ja postinumero todistaa järjestyksen ({detail})",
    ),
    "state": (
        "{column}: it begins with the state of the project, {value}",
        "{column}: alussa on hankkeen tila, {value}",
    ),
}
"""Repairs by code, in English and Finnish."""

REFUSALS: Final = {
    "no-dates": (
        "no two dates stand side by side, so the columns cannot be told apart",
        "kahta päivää ei ole vierekkäin, joten sarakkeita ei voi erottaa",
    ),
    "many-dates": (
        "several pairs of dates stand side by side, so the columns cannot be told apart",
        "päiviä on vierekkäin monessa kohdassa, joten sarakkeita ei voi erottaa",
    ),
    "no-sums": (
        "it does not end with four sums, so the columns cannot be told apart",
        "lopussa ei ole neljää summaa, joten sarakkeita ei voi erottaa",
    ),
    "no-axis": (
        "no figure stands alone that could be the priority axis, so the columns cannot be told apart",
        "mikään luku ei ole yksin niin, että se voisi olla toimintalinja, joten sarakkeita ei voi erottaa",
    ),
    "many-axes": (
        "several figures could be the priority axis, so the columns cannot be told apart",
        "toimintalinja voisi olla useampi kuin yksi luku, joten sarakkeita ei voi erottaa",
    ),
    "no-authority": (
        "nothing stands where the authority belongs, so the columns cannot be told apart",
        "viranomaisen paikalla ei ole mitään, joten sarakkeita ei voi erottaa",
    ),
    "columns": ("it has {detail} cells, and the header has other columns", "soluja on {detail}, ja otsikossa on muut sarakkeet"),
    "unclosed": ("a quotation mark is not closed", "lainausmerkkiä ei ole suljettu"),
    "broken": ("it cannot be taken apart into cells ({detail})", "sitä ei voi jakaa soluiksi ({detail})"),
    "no-record": ("it is no record", "se ei ole tietue"),
    "missing": ("{column} is empty", "{column} on tyhjä"),
    "date": ("{column}: “{value}” is no date", "{column}: ”{value}” ei ole päivä"),
    "order": ("{column}: the end {value} is before the start {detail}", "{column}: loppu {value} on ennen alkua {detail}"),
    "number": ("{column}: “{value}” is no number", "{column}: ”{value}” ei ole luku"),
    "ambiguous": (
        "{column}: “{value}” can be read as more than one number",
        "{column}: ”{value}” voi olla useampi kuin yksi luku",
    ),
    "country": ("{column}: “{value}” is no country that is known", "{column}: ”{value}” ei ole tunnettu maa"),
    "entity": ("{column}: “{value}” is no id of the EU Knowledge Graph", "{column}: ”{value}” ei ole EU Knowledge Graphin tunniste"),
    "currency": ("{column}: “{value}” is no code of a currency", "{column}: ”{value}” ei ole valuuttakoodi"),
    "code": (
        "{column}: “{value}” is none of the codes {detail}; add it to the mapping if the publisher has a new one",
        "{column}: ”{value}” ei ole mikään koodeista {detail}; lisää se kuvaukseen, jos julkaisija on ottanut sen käyttöön",
    ),
    "control": ("a character that no text has (U+{detail})", "merkki, jota tekstissä ei ole (U+{detail})"),
    "long": ("longer than {detail} characters", "pidempi kuin {detail} merkkiä"),
    "conflict": (
        "{value} was in line {detail} already, with other content",
        "{value} oli jo rivillä {detail} eri sisällöllä",
    ),
    "repeated": ("the same as line {detail}", "sama kuin rivi {detail}"),
    "lists": (
        "{column}: {value} entries and names, and nothing proves which belongs to whom",
        "{column}: {value} kohtaa ja nimeä, eikä mikään todista, mikä kuuluu kenellekin",
    ),
    "postcode": (
        "{column}: {value} contradicts the postcodes {detail}",
        "{column}: {value} on ristiriidassa postinumeroiden {detail} kanssa",
    ),
    "truncated": ("the file ends in the middle of it", "tiedosto loppuu kesken"),
    "cell": (
        "cell {detail}: a formula or an error, where a register has a value",
        "solu {detail}: kaava tai virhe, kun rekisterissä pitää olla arvo",
    ),
}
"""Refusals by code, in English and Finnish."""


UNKNOWN: Final = "unknown"
CHECKED: Final = "checked"
LEFT: Final = {
    UNKNOWN: ("no mapping knows them", "mikään kuvaus ei tunne niitä"),
    "address": (
        "addresses of bodies, some of which are homes; the graph has places down to NUTS 3",
        "toimijoiden osoitteita, joista osa on koteja; verkossa on paikat NUTS 3 -tasolle asti",
    ),
    CHECKED: ("read only to notice rows whose cells are shifted", "luetaan vain, jotta siirtyneet solut huomataan"),
    "derived": ("it follows from other columns or from the sums", "seuraa muista sarakkeista tai summista"),
    "elsewhere": ("another file of the register says it better", "rekisterin toinen tiedosto kertoo sen paremmin"),
    "language": ("the same in another language than the one that is taken", "sama muulla kielellä kuin sillä, joka otetaan"),
    "record": (
        "how the publisher keeps its records: numbers, days, addresses of forms",
        "julkaisijan omaa kirjanpitoa: numeroita, päiviä, lomakkeiden osoitteita",
    ),
    "term": ("the ontology has no term for it", "ontologiassa ei ole sille termiä"),
    "web": ("addresses on the web, which pass to others", "verkko-osoitteita, jotka siirtyvät toisille"),
    "whole": ("sums of whole projects, repeated for each body", "kokonaisten hankkeiden summia, toistettuna kullekin toimijalle"),
}
"""Why columns are not taken over, by a name that mappings use, in English and Finnish."""


class Finding(NamedTuple):
    """A repair or a refusal: its code, the column (as its header writes it), the value, and what more fills the sentence in.

    >>> Finding("date", "Aloituspvm", "31.2.2014").sentence(REFUSALS)
    'Aloituspvm: “31.2.2014” is no date'
    """

    code: str
    column: str = ""
    value: str = ""
    detail: str = ""

    def sentence(self, texts: dict[str, tuple[str, str]], *, lang: str = "en") -> str:
        """In words.

        :param texts: :data:`REPAIRS` or :data:`REFUSALS`.
        :param lang: ``en`` or ``fi``.
        """
        shown = self.value if len(self.value) <= 60 else self.value[:59] + "…"
        return texts[self.code][lang == "fi"].format(column=self.column, value=shown, detail=self.detail)


class Refused(Exception):  # noqa: N818 -- an answer, not an error
    """A row cannot be taken; ``finding`` says why. Never leaves this package."""

    def __init__(self, code: str, column: str = "", value: str = "", detail: str = "") -> None:
        self.finding = Finding(code, column, value, detail)
        super().__init__(code)
