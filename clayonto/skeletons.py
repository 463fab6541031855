"""Commented Turtle for an editor to fill in: every line that a new thing needs, each with what goes there.

What must be filled in is commented out, so a skeleton is valid Turtle from the start and ``clayonto validate`` says, in sentences, what is
still missing.
"""

from __future__ import annotations

import re
from typing import Final

from clayonto.errors import UsageError
from clayonto.namespaces import PREFIXES

KINDS: Final = ("project", "organisation")
"""What there are skeletons for."""
_KEY: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

_HEAD: Final = """\
# {title}
# Fill in the lines that start with “#:” and take the “#:” away; the other comments say what goes there.
# Then: clayonto validate {file}
"""
_PROJECT: Final = """
# The project. Texts are in English (@en) and Finnish (@fi), in your own words.
<project/{key}> a clay:Project ;
    #: skos:prefLabel "NAME"@en, "NIMI"@fi ;
    #: clay:acronym "{KEY}" ;
    #: dct:title "THE FULL TITLE AS THE SOURCE GIVES IT"@en ;
    # The programme that funds it; “clayonto search interreg” finds its IRI.
    #: clay:underProgramme <programme/interreg-europe-2014-2020> ;
    # What it is about; “clayonto query glossary” lists the themes (theme:…).
    #: dct:subject theme:ceramics ;
    # Every country that the source lists for it.
    #: clay:partnerCountry country:FIN ;
    dct:temporal <period/{key}> ;
    # One participation for each partner.
    prov:qualifiedAssociation <participation/{key}-lead> ;
    clay:statedIn <claim/{key}-name> .

# Its time, exactly as precise as the source: a day, a month ("2018-06"^^xsd:gYearMonth) or a year ("2018"^^xsd:gYear).
<period/{key}> a dct:PeriodOfTime ;
    #: skos:prefLabel "{KEY}, FROM TO"@en, "{KEY}, ALKU LOPPU"@fi ;
    #: dcat:startDate "2018-06-01"^^xsd:date ;
    #: dcat:endDate "2021-05-31"^^xsd:date ;
    clay:statedIn <claim/{key}-name> .

# The lead partner’s part: each project has exactly one. Copy the block for the others, with role:partner.
<participation/{key}-lead> a clay:ProjectParticipation ;
    #: skos:prefLabel "LEAD PARTNER in {KEY}"@en, "PÄÄPARTNERI hankkeessa {KEY}"@fi ;
    # The organisation; “clayonto new organisation KEY” makes one that is not there yet.
    #: prov:agent <organisation/KEY> ;
    prov:hadRole role:lead-partner ;
    #: clay:country country:FIN ;
    clay:statedIn <claim/{key}-lead> .

# Its money, as far as a source states it.
<amount/{key}-total-budget> a clay:MonetaryAmount ;
    #: skos:prefLabel "Total budget of {KEY}"@en, "Hankkeen {KEY} kokonaisbudjetti"@fi ;
    #: epo:hasAmountValue 0.00 ;
    epo:hasCurrency currency:EUR ;
    clay:moneyKind money-kind:total-budget ;
    # planned, awarded or paid
    clay:moneyStatus money-status:planned ;
    clay:amountOf <project/{key}> ;
    # true if the source says “about”; true if its notation shows that the sum was rounded
    clay:isApproximate false ;
    clay:isRounded false ;
    dct:source <document/{key}-source> ;
    clay:statedIn <claim/{key}-total-budget> .
"""
_SOURCE: Final = """
# Where it is stated: the document, the passages of it, and what each says.
<document/{key}-source> a clay:SourceDocument ;
    #: skos:prefLabel "WHAT DOCUMENT IT IS"@en, "MIKÄ ASIAKIRJA"@fi ;
    dct:language lang:ENG .

<passage/{key}-paragraph-1> a clay:Passage ;
    #: skos:prefLabel "DOCUMENT, paragraph 1"@en, "ASIAKIRJA, kappale 1"@fi ;
    dct:isPartOf <document/{key}-source> ;
    #: clay:headingText "THE HEADING IT STANDS UNDER" ;
    dct:type passage-kind:paragraph ;
    clay:ordinal 1 .
"""
_CLAIM: Final = """
<claim/{key}-{part}> a clay:Claim ;
    clay:about <{about}> ;
    clay:aspect aspect:{aspect} ;
    # {states}
    #: {line} ;
    # a phrase of the passage, of at most eight words
    #: prov:value "PHRASE"@en ;
    prov:wasQuotedFrom <passage/{key}-paragraph-1> ;
    clay:rank rank:preferred .
"""
_ORGANISATION: Final = """
# The organisation. Names are in English (@en), Finnish (@fi) and its own language.
<organisation/{key}> a org:Organization ;
    #: skos:prefLabel "NAME"@en, "NIMI"@fi ;
    #: skos:altLabel "NAME IN ITS OWN LANGUAGE"@it ;
    #: clay:acronym "{KEY}" ;
    # What it is; “clayonto query glossary” lists the kinds (organisation-kind:…).
    #: org:classification organisation-kind:regional-authority ;
    # Its region; “clayonto search” finds its IRI.
    #: dct:spatial <region/south-ostrobothnia> ;
    clay:statedIn <claim/{key}-name> .
"""


def skeleton(kind: str, key: str, *, file: str = "FILE.ttl") -> str:
    """A commented Turtle document for a new thing.

    :param kind: one of :data:`KINDS`.
    :param key: the last part of its IRI: lower-case letters and digits, parted by hyphens.
    :param file: how the comments name the file.
    :raises UsageError: if the key is not of that form, or the kind not one of them.

    >>> print(skeleton("organisation", "my-council").splitlines()[0])
    # A new organisation: organisation/my-council
    """
    if kind not in KINDS:
        raise UsageError(f"There is no skeleton for “{kind}”; there is one for {' and '.join(KINDS)}.")
    if not _KEY.fullmatch(key):
        raise UsageError(f"The key “{key}” must be lower-case letters and digits, parted by hyphens, such as my-project-2.")
    claims = [("name", f"{kind}/{key}", "name", "the name that the passage gives", 'clay:statesValue "NAME"')]
    body = _ORGANISATION
    if kind == "project":
        body = _PROJECT
        claims += [
            ("lead", f"project/{key}", "lead-partner", "the lead partner that the passage names", "clay:statesThing <organisation/KEY>"),
            ("total-budget", f"project/{key}", "total-budget", "the sum that the passage states", "clay:statesValue 0.00"),
        ]
    parts = [_CLAIM.format(key=key, part=p, about=a, aspect=s, states=w, line=x) for p, a, s, w, x in claims]
    text = body.format(key=key, KEY=key.upper()) + _SOURCE.format(key=key) + "".join(parts)
    used = sorted(p for p in PREFIXES if re.search(rf"(?<![\w-]){p}:", text))
    prefixes = "@base <https://w3id.org/clayonto/id/> .\n" + "".join(f"@prefix {p}: <{PREFIXES[p]}> .\n" for p in used)
    return _HEAD.format(title=f"A new {kind}: {kind}/{key}", file=file) + prefixes + text
