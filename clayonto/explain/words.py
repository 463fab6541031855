"""What the rules of OWL 2 RL say, in English and Finnish, and the other words of an explanation."""

from __future__ import annotations

from typing import Final

RULES: Final = {
    "eq-ref": ("everything is the same as itself", "jokainen asia on sama kuin se itse"),
    "eq-sym": ("being the same goes both ways", "samuus kulkee molempiin suuntiin"),
    "eq-trans": ("what is the same as the same is the same", "saman kanssa sama on sama"),
    "eq-rep-s": ("what holds of a thing holds of it by its other name", "mikä pätee asiasta, pätee siitä myös toisella nimellä"),
    "eq-rep-p": ("what holds by a property holds by its other name", "mikä pätee ominaisuudella, pätee sen toisella nimellä"),
    "eq-rep-o": ("what refers to a thing refers to it by its other name", "mikä viittaa asiaan, viittaa siihen myös toisella nimellä"),
    "prp-dom": ("whoever has the property is of its domain", "jolla on ominaisuus, kuuluu sen määrittelyluokkaan"),
    "prp-rng": ("a value of the property is of its range", "ominaisuuden arvo kuuluu sen arvoluokkaan"),
    "prp-fp": ("the property has one value at most", "ominaisuudella on enintään yksi arvo"),
    "prp-ifp": ("a value of the property belongs to one thing at most", "ominaisuuden arvo kuuluu enintään yhdelle asialle"),
    "prp-symp": ("the property goes both ways", "ominaisuus kulkee molempiin suuntiin"),
    "prp-trp": ("the property carries over from one step to the next", "ominaisuus jatkuu askeleesta seuraavaan"),
    "prp-spo1": ("what holds by a property holds by the wider one", "mikä pätee ominaisuudella, pätee laajemmalla ominaisuudella"),
    "prp-spo2": ("the steps of a chain of properties make the whole", "ominaisuusketjun askeleista syntyy kokonaisuus"),
    "prp-eqp1": ("the two properties say the same", "ominaisuudet tarkoittavat samaa"),
    "prp-inv1": ("the one property is the other, turned round", "ominaisuus on toinen käännettynä"),
    "prp-key": ("who shares the key is the same", "avaimen jakavat ovat sama asia"),
    "cls-int1": ("who is of every part of an intersection is of the whole", "kaikkiin leikkauksen osiin kuuluva kuuluu leikkaukseen"),
    "cls-int2": ("who is of an intersection is of each part", "leikkaukseen kuuluva kuuluu sen joka osaan"),
    "cls-uni": ("who is of a part of a union is of the whole", "unionin osaan kuuluva kuuluu unioniin"),
    "cls-svf1": ("who has such a value is of the class", "jolla on tällainen arvo, kuuluu luokkaan"),
    "cls-avf": ("all values of a member are of the class", "jäsenen kaikki arvot kuuluvat luokkaan"),
    "cls-hv1": ("members of the class have this value", "luokan jäsenillä on tämä arvo"),
    "cls-hv2": ("who has this value is of the class", "jolla on tämä arvo, kuuluu luokkaan"),
    "cls-maxc2": ("a member has one value at most", "jäsenellä on enintään yksi arvo"),
    "cls-oo": ("the class lists it as a member", "luokka luettelee sen jäsenekseen"),
    "cax-sco": ("members of a class are members of the wider class", "luokan jäsenet kuuluvat laajempaan luokkaan"),
    "cax-eqc1": ("the two classes have the same members", "luokilla on samat jäsenet"),
    "scm-cls": ("it holds of every class", "se pätee jokaisesta luokasta"),
    "scm-op": ("it holds of every property", "se pätee jokaisesta ominaisuudesta"),
    "scm-sco": ("wider than the wider is wider", "laajempaa laajempi on laajempi"),
    "scm-eqc1": ("equal is no narrower", "yhtä laaja ei ole suppeampi"),
    "scm-eqc2": ("no narrower either way is equal", "kumpaankaan suuntaan suppeampi on yhtä laaja"),
    "scm-dom1": ("the domain may be said more widely", "määrittelyluokan voi sanoa laajemmin"),
    "scm-dom2": ("a narrower property has the domain of the wider", "suppeammalla ominaisuudella on laajemman määrittelyluokka"),
    "scm-rng1": ("the range may be said more widely", "arvoluokan voi sanoa laajemmin"),
    "scm-rng2": ("a narrower property has the range of the wider", "suppeammalla ominaisuudella on laajemman arvoluokka"),
    "scm-hv": ("the narrower restriction is below the wider", "suppeampi rajoite on laajemman alla"),
    "scm-int": ("an intersection is narrower than each part", "leikkaus on suppeampi kuin sen joka osa"),
    "scm-uni": ("each part is narrower than the union", "jokainen osa on suppeampi kuin unioni"),
}
_LIKE: Final = {
    "prp-eqp2": "prp-eqp1", "prp-inv2": "prp-inv1", "cls-svf2": "cls-svf1", "cls-maxqc3": "cls-maxc2", "cls-maxqc4": "cls-maxc2",
    "cax-eqc2": "cax-eqc1", "scm-spo": "scm-sco", "scm-eqp1": "scm-eqc1", "scm-eqp2": "scm-eqc2", "scm-dp": "scm-op", "scm-svf1": "scm-hv",
    "scm-svf2": "scm-hv", "scm-avf1": "scm-hv", "scm-avf2": "scm-hv",
}  # fmt: skip

WORDS: Final = {
    "en": {
        "asserted": "stated", "inferred": "follows", "absent": "not in the graph", "stated-in": "stated in", "no-place": "stated, but in no file",
        "by": "by", "above": "as above", "more": "and {n} more", "would": "It would follow", "missing": "missing", "holds": "holds",
        "none": "No rule concludes such a triple here; it would have to be stated.",
        "unknown": "The graph has nothing by the name {name}.", "near": "Did you mean {names}?", "instead": "The graph states instead",
        "contradiction": "If it were stated, the graph would contradict itself:",
        "not-tried": "Whether it would contradict the graph was not tried, since the graph is large.",
        "bounded": "There is more than was searched; a shorter proof or another way may exist.",
        "claims": "What sources state", "preferred": "the graph follows this", "other": "kept beside it", "approximate": "approximate",
        "rounded": "rounded",
        "only": "No other source states it.", "agree": "All sources that state it agree.",
        "followed": "Where they differ, the graph follows {document}: {preferred} of its {claims} claims are preferred.",
        "not-followed": "Of the {claims} claims of {document}, {preferred} are preferred.", "from-preferred": "against the preferred",
        "nothing": "No claim speaks of it.",
        "undecided": "No claim is preferred, so the graph follows none.",
    },
    "fi": {
        "asserted": "todettu", "inferred": "seuraa muusta", "absent": "ei verkossa", "stated-in": "todettu",
        "no-place": "todettu, mutta ei missään tiedostossa",
        "by": "säännöllä", "above": "kuten yllä", "more": "ja {n} muuta", "would": "Se seuraisi", "missing": "puuttuu", "holds": "pätee",
        "none": "Mikään sääntö ei täällä johda tällaista kolmikkoa; se pitäisi todeta.",
        "unknown": "Verkossa ei ole mitään nimeltä {name}.", "near": "Tarkoititko {names}?", "instead": "Sen sijaan verkko toteaa",
        "contradiction": "Jos se todettaisiin, verkko olisi ristiriitainen:",
        "not-tried": "Sitä, olisiko se ristiriidassa verkon kanssa, ei kokeiltu, koska verkko on suuri.",
        "bounded": "Kaikkea ei käyty läpi; lyhyempi todistus tai toinen tapa voi olla olemassa.",
        "claims": "Mitä lähteet toteavat", "preferred": "verkko noudattaa tätä", "other": "säilytetty rinnalla", "approximate": "likimääräinen",
        "rounded": "pyöristetty",
        "only": "Mikään muu lähde ei totea sitä.", "agree": "Kaikki sen toteavat lähteet ovat yhtä mieltä.",
        "followed": "Missä ne eroavat, verkko noudattaa lähdettä {document}: sen väitteistä ({claims}) ensisijaisia on {preferred}.",
        "not-followed": "Lähteen {document} väitteistä ({claims}) ensisijaisia on {preferred}.", "from-preferred": "ensisijaiseen nähden",
        "nothing": "Mikään väite ei puhu siitä.",
        "undecided": "Mikään väite ei ole ensisijainen, joten verkko ei noudata mitään.",
    },
}  # fmt: skip


def rule_in_words(name: str, *, lang: str) -> str:
    """What a rule says.

    >>> rule_in_words("cax-sco", lang="en")
    'members of a class are members of the wider class'
    """
    texts = RULES.get(_LIKE.get(name, name))
    return texts[lang == "fi"] if texts else name
