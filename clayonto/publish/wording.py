"""The site's own words, in English and Finnish."""

# ruff: noqa: E501 (a sentence is one line)

from __future__ import annotations

from typing import Final

from clayonto.publish.index import curie

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "home": "Home", "browse": "Browse", "questions": "Questions", "ontology": "Ontology", "glossary": "Glossary", "search": "Search",
        "about": "About", "skip": "Skip to content", "sections": "On this page", "facts": "Key facts", "sources": "Where it is stated",
        "referring": "What refers to it", "data": "Data", "cite": "Cite as", "licence": "Licence", "identifier": "Identifier",
        "publisher": "Publisher", "contact": "Contact", "other_language": "Suomeksi", "more": "and {n} more", "all": "All {n}",
        "respect": "In which respect", "states": "States", "phrase": "Phrase", "source": "Source", "rank": "Rank", "disagree": "sources disagree",
        "agree_note": "Each row is what one source says. Where sources disagree, the preferred one is what this page shows.",
        "more_rows": "Showing {shown} of {n}; the data files below have all of them.", "name": "Name", "yes": "yes", "no": "no",
        "approximate": "about", "rounded": "rounded", "amount": "Amount", "budget": "Own budget", "more_classes": "Also", "money": "Money", "timeline": "Timeline", "of": "Of",
        "what": "What", "count": "Number", "download_csv": "Download as CSV", "list_of": "{n} in all, by name.", "page": "Page {n} of {of}",
        "previous": "Previous", "next": "Next", "kind": "Kind", "questions_lead": "Questions that the data answers. Each page has the answer as it was when the site was built.",
        "answer": "Answer", "rows": "{n} rows", "row": "1 row", "query_text": "The query, in SPARQL", "parameters": "Answered for", "no_rows": "The data has no answer to this.",
        "first_rows": "The first {n} rows; the CSV has all.", "search_lead": "Search by name, acronym or code.", "search_label": "Search for",
        "search_none": "Nothing found. Try a part of the name, or the list below.", "search_some": "{n} found", "search_wait": "Reading the index",
        "az": "All things, A to Z", "az_lead": "The same without a script: every thing by its name.", "noscript": "Search needs JavaScript; the list below does not.",
        "classes": "Classes", "properties": "Properties", "definition": "Definition", "example": "Example", "subclass": "Narrower than",
        "domain": "Of", "range": "Value", "datatype": "text or number", "diagram": "How the main classes hang together",
        "shapes": "Shapes", "shapes_lead": "What data must be like to be published here. Each rule is checked before every publication.",
        "target": "Holds for", "rule": "Rule", "term": "Term", "schemes": "Concept schemes", "glossary_lead": "Terms and concepts in both languages.",
        "ontology_lead": "The terms that the data is written in: each with a definition and an example.",
        "about_lead": "What this site is, who is behind it, and how to use its data.", "withdrawn": "Withdrawn",
        "withdrawn_lead": "This page was published here earlier and has been withdrawn. Its address is kept so that links to it are answered.",
        "machines": "For machines", "machines_lead": "Every page has the same data as Turtle, JSON-LD, N-Triples and RDF/XML beside it. Identifiers are IRIs.",
        "accessibility": "Accessibility", "accessibility_text": "The site is made to meet WCAG 2.2 at level AA. It can be read without scripts, with a keyboard, by ear, and on paper. Tell the contact below where it falls short.",
        "privacy": "Privacy", "privacy_text": "The site sets no cookies, asks no other server for anything, and keeps no record of its readers.",
        "persistence": "Persistence", "persistence_text": "Addresses do not change. A page that is withdrawn leaves a notice in its place.",
        "figures": "{things} things, {triples} statements", "lang_name": "English", "schemes_of": "Concepts", "open": "Open", "example_page": "Start with an example",
        "broken": "Not a page", "broken_lead": "There is no page at this address.", "classes_lead": "What the data is about", "in_language": "in {language}",
        "nothing": "none", "others": "Other things", "parts": "Parts", "start": "start", "end": "end", "terms": "Terms", "versions": "Version {v}", "see": "The file says the rest",
        "severity": "Severity", "violation": "must", "warning": "should", "info": "may", "note": "Note", "chart": "Chart", "letters": "Letters", "home_nav": "Site", "crumbs": "Path",
    },
    "fi": {
        "home": "Etusivu", "browse": "Selaa", "questions": "Kysymykset", "ontology": "Ontologia", "glossary": "Sanasto", "search": "Haku",
        "about": "Tietoa sivustosta", "skip": "Siirry sisältöön", "sections": "Tällä sivulla", "facts": "Perustiedot", "sources": "Missä se todetaan",
        "referring": "Mikä viittaa siihen", "data": "Data", "cite": "Viittaa näin", "licence": "Lisenssi", "identifier": "Tunniste",
        "publisher": "Julkaisija", "contact": "Yhteystieto", "other_language": "In English", "more": "ja {n} muuta", "all": "Kaikki {n}",
        "respect": "Missä suhteessa", "states": "Toteaa", "phrase": "Sanamuoto", "source": "Lähde", "rank": "Sija", "disagree": "lähteet ovat eri mieltä",
        "agree_note": "Kukin rivi on yhden lähteen kertoma. Jos lähteet ovat eri mieltä, sivulla näkyy ensisijainen tieto.",
        "more_rows": "Näkyvissä {shown}/{n}; alla olevissa datatiedostoissa ovat kaikki.", "name": "Nimi", "yes": "kyllä", "no": "ei",
        "approximate": "noin", "rounded": "pyöristetty", "amount": "Määrä", "budget": "Oma budjetti", "more_classes": "Lisäksi", "money": "Raha", "timeline": "Aikajana", "of": "Kenen tai minkä",
        "what": "Mikä", "count": "Lukumäärä", "download_csv": "Lataa CSV-tiedostona", "list_of": "Yhteensä {n}, nimen mukaan.", "page": "Sivu {n}/{of}",
        "previous": "Edellinen", "next": "Seuraava", "kind": "Laji", "questions_lead": "Kysymyksiä, joihin aineisto vastaa. Kullakin sivulla on vastaus sellaisena kuin se oli sivustoa tehtäessä.",
        "answer": "Vastaus", "rows": "{n} riviä", "row": "1 rivi", "query_text": "Kysely SPARQL-kielellä", "parameters": "Vastattu arvoilla", "no_rows": "Aineistossa ei ole tähän vastausta.",
        "first_rows": "Ensimmäiset {n} riviä; CSV-tiedostossa ovat kaikki.", "search_lead": "Hae nimellä, lyhenteellä tai koodilla.", "search_label": "Hakusana",
        "search_none": "Mitään ei löytynyt. Kokeile nimen osaa tai alla olevaa luetteloa.", "search_some": "Löytyi {n}", "search_wait": "Luetaan hakemistoa",
        "az": "Kaikki aakkosissa", "az_lead": "Sama ilman skriptiä: kaikki nimen mukaan.", "noscript": "Haku tarvitsee JavaScriptin; alla oleva luettelo ei.",
        "classes": "Luokat", "properties": "Ominaisuudet", "definition": "Määritelmä", "example": "Esimerkki", "subclass": "Suppeampi kuin",
        "domain": "Kenen tai minkä", "range": "Arvo", "datatype": "teksti tai luku", "diagram": "Miten pääluokat liittyvät toisiinsa",
        "shapes": "Muodot", "shapes_lead": "Millaista aineiston pitää olla, jotta se julkaistaan. Jokainen sääntö tarkistetaan ennen joka julkaisua.",
        "target": "Koskee", "rule": "Sääntö", "term": "Termi", "schemes": "Käsitteistöt", "glossary_lead": "Termit ja käsitteet molemmilla kielillä.",
        "ontology_lead": "Termit, joilla aineisto on kirjoitettu: kullakin on määritelmä ja esimerkki.",
        "about_lead": "Mikä sivusto on, kuka siitä vastaa ja miten sen dataa käytetään.", "withdrawn": "Poistettu",
        "withdrawn_lead": "Sivu on julkaistu tässä aiemmin ja sittemmin poistettu. Osoite on säilytetty, jotta linkit siihen saavat vastauksen.",
        "machines": "Koneille", "machines_lead": "Jokaisen sivun vieressä on sama data muodoissa Turtle, JSON-LD, N-Triples ja RDF/XML. Tunnisteet ovat IRI-tunnisteita.",
        "accessibility": "Saavutettavuus", "accessibility_text": "Sivusto on tehty täyttämään WCAG 2.2:n taso AA. Sitä voi lukea ilman skriptejä, näppäimistöllä, kuunnellen ja paperilta. Kerro puutteista alla olevaan yhteystietoon.",
        "privacy": "Yksityisyys", "privacy_text": "Sivusto ei käytä evästeitä, ei pyydä muilta palvelimilta mitään eikä pidä kirjaa lukijoistaan.",
        "persistence": "Pysyvyys", "persistence_text": "Osoitteet eivät muutu. Poistetun sivun paikalle jää ilmoitus.",
        "figures": "{things} asiaa, {triples} väittämää", "lang_name": "Suomi", "schemes_of": "Käsitteet", "open": "Avaa", "example_page": "Aloita esimerkistä",
        "broken": "Ei sivua", "broken_lead": "Tässä osoitteessa ei ole sivua.", "classes_lead": "Mistä aineisto kertoo", "in_language": "kielellä {language}",
        "nothing": "ei ole", "others": "Muut", "parts": "Osat", "start": "alku", "end": "loppu", "terms": "Termit", "versions": "Versio {v}", "see": "Tiedosto kertoo loput",
        "severity": "Vakavuus", "violation": "pitää", "warning": "pitäisi", "info": "voi", "note": "Huomautus", "chart": "Kuvio", "letters": "Kirjaimet", "home_nav": "Sivusto", "crumbs": "Polku",
    },
}  # fmt: skip
"""Language to key to text."""

PLURALS: Final[dict[str, tuple[str, str]]] = {
    curie(kind) if kind else "": names
    for kind, names in {
        "clay:Project": ("Projects", "Hankkeet"),
        "clay:FundingProgramme": ("Funding programmes", "Rahoitusohjelmat"),
        "clay:Call": ("Calls", "Haut"),
        "clay:ClusterInitiative": ("Cluster initiatives", "Klusterialoitteet"),
        "clay:Strand": ("Strands of initiatives", "Aloitteiden osat"),
        "clay:CallRound": ("Call rounds", "Hakukierrokset"),
        "clay:ClusterPartnership": ("Cluster partnerships", "Klusterikumppanuudet"),
        "clay:Cluster": ("Clusters", "Klusterit"),
        "clay:ClusterOrganisation": ("Cluster organisations", "Klusteriorganisaatiot"),
        "org:Organization": ("Organisations", "Organisaatiot"),
        "clay:Region": ("Regions", "Alueet"),
        "clay:Country": ("Countries", "Maat"),
        "clay:Fund": ("Funds", "Rahastot"),
        "clay:ProgrammingPeriod": ("Programming periods", "Ohjelmakaudet"),
        "clay:ActionPlan": ("Action plans", "Toimintasuunnitelmat"),
        "clay:SourceDocument": ("Source documents", "Lähdeasiakirjat"),
        "clay:Objective": ("Objectives", "Tavoitteet"),
        "clay:StrandEdition": ("Strands by period", "Osat kausittain"),
        "clay:WebPage": ("Web pages", "Verkkosivut"),
        "clay:ServiceDescription": ("Descriptions of services", "Palvelukuvaukset"),
        "clay:ServicePath": ("Service paths", "Palvelupolut"),
        "clay:ExchangeScheme": ("Exchange schemes", "Vaihto-ohjelmat"),
        "clay:StakeholderGroup": ("Stakeholder groups", "Sidosryhmät"),
        "clay:Platform": ("Platforms", "Alustat"),
        "skos:ConceptScheme": ("Concept schemes", "Käsitteistöt"),
        "skos:Concept": ("Concepts", "Käsitteet"),
        "qb:DataSet": ("Data sets", "Aineistot"),
        "foaf:Image": ("Images", "Kuvat"),
        "clay:ProjectParticipation": ("Partners", "Kumppanit"),
        "clay:PartnershipMembership": ("Members", "Jäsenet"),
        "clay:MonetaryAmount": ("Money", "Raha"),
        "dct:PeriodOfTime": ("Periods", "Ajanjaksot"),
        "clay:ProjectPhase": ("Phases", "Vaiheet"),
        "clay:ProjectActivity": ("Activities", "Toiminta"),
        "clay:Milestone": ("Milestones", "Virstanpylväät"),
        "clay:MinimumShare": ("Minimum shares", "Vähimmäisosuudet"),
        "clay:StatisticalObservation": ("Statistics", "Tilastot"),
        "clay:StatisticalUnit": ("NUTS units", "NUTS-alueet"),
        "clay:Passage": ("Passages", "Kohdat"),
        "clay:Claim": ("Claims", "Väitteet"),
        "org:Site": ("Sites", "Toimipaikat"),
        "": ("Other things", "Muut"),
    }.items()
}
"""Class to what many of its things are called, in English and Finnish."""

PROPERTIES: Final[dict[str, tuple[str, str]]] = {
    curie(name): names
    for name, names in {
        "prov:agent": ("Organisation", "Organisaatio"),
        "prov:hadRole": ("Role", "Rooli"),
        "org:member": ("Member", "Jäsen"),
        "org:organization": ("Partnership", "Kumppanuus"),
        "org:classification": ("Kind", "Laji"),
        "dct:temporal": ("When", "Milloin"),
        "dct:type": ("Kind", "Laji"),
        "dct:spatial": ("Where", "Missä"),
        "dct:isPartOf": ("Part of", "Osa"),
        "dct:subject": ("Subject", "Aihe"),
        "dct:title": ("Full title", "Koko nimi"),
        "dct:identifier": ("Code or address", "Koodi tai osoite"),
        "clay:moneyKind": ("Kind", "Laji"),
        "clay:moneyStatus": ("Status", "Tila"),
        "clay:hasObjective": ("Objective", "Tavoite"),
        "clay:phaseNumber": ("Number", "Numero"),
        "clay:underProgramme": ("Programme", "Ohjelma"),
    }.items()
}
"""Property to what a table calls it, where the vocabulary's own label would puzzle a reader."""
