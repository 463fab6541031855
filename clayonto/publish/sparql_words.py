"""The words of the SPARQL page, in English and Finnish: those that stand in it, and those that its script says."""

# ruff: noqa: E501 (a sentence is one line)

from __future__ import annotations

from typing import Final

PAGE: Final[dict[str, dict[str, str]]] = {
    "en": {
        "lead": "Ask the data anything, in SPARQL. The query runs in this browser, on a copy of the data; nothing of it is sent anywhere.",
        "noscript": "This page runs queries in the browser, for which it needs JavaScript. Without it there are questions already answered, and the whole data to download.",
        "download": "All data (Turtle, {size} MB)",
        "disk": "This page is opened from a disk, where a browser may read no other files. It works from any web server; for a look on this machine, run “python3 -m http.server” in the folder of the site and open http://localhost:8000/.",
        "old": "This browser is too old for this page. It needs WebAssembly and DecompressionStream, which all browsers have had since 2023.",
        "broken": "The page could not be started: a file of it is missing on the server.",
        "examples": "Example",
        "use": "Put into the editor",
        "query": "Query",
        "keys": "Ctrl+Enter runs the query, Escape stops it, Tab leaves the editor. The first query waits until {size} MB of data and the engine (1.5 MB) are there.",
        "run": "Run",
        "stop": "Stop",
        "copy": "Copy link",
        "prefixes": "Prefixes",
        "prefixes_lead": "These are declared for you when a query uses them.",
        "answer": "Answer",
        "files": "Download the whole answer",
        "chart": "Chart",
        "number": "Number",
        "rows_nav": "Rows",
        "table": "Table of the answer",
        "fetching": "Loading the data: {size} MB",
        "reading": "Reading the data",
        "ready": "{n} statements are ready to be asked.",
        "failed": "The data could not be loaded. Reload the page to try again.",
        "engine": "The engine is Oxigraph {version}, under the Apache License 2.0.",
    },
    "fi": {
        "lead": "Kysy aineistolta mitä vain SPARQL-kielellä. Kysely tehdään tässä selaimessa aineiston kopiosta; siitä ei lähetetä mitään minnekään.",
        "noscript": "Sivu tekee kyselyt selaimessa ja tarvitsee siihen JavaScriptin. Ilman sitä tarjolla ovat valmiiksi vastatut kysymykset ja koko aineisto ladattavana.",
        "download": "Koko aineisto (Turtle, {size} Mt)",
        "disk": "Sivu on avattu levyltä, eikä selain saa silloin lukea muita tiedostoja. Sivu toimii miltä tahansa verkkopalvelimelta; omalla koneella sitä voi katsoa ajamalla sivuston kansiossa “python3 -m http.server” ja avaamalla http://localhost:8000/.",
        "old": "Selain on liian vanha tälle sivulle. Sivu tarvitsee WebAssemblyn ja DecompressionStreamin, jotka kaikissa selaimissa on ollut vuodesta 2023.",
        "broken": "Sivua ei saatu käyntiin: palvelimelta puuttuu sen tiedosto.",
        "examples": "Esimerkki",
        "use": "Vie muokattavaksi",
        "query": "Kysely",
        "keys": "Ctrl+Enter tekee kyselyn, Esc pysäyttää sen, sarkain siirtyy pois kentästä. Ensimmäinen kysely odottaa, että aineisto ({size} Mt) ja kyselykone (1,5 Mt) on ladattu.",
        "run": "Tee kysely",
        "stop": "Pysäytä",
        "copy": "Kopioi linkki",
        "prefixes": "Etuliitteet",
        "prefixes_lead": "Nämä määritellään puolestasi, kun kysely käyttää niitä.",
        "answer": "Vastaus",
        "files": "Lataa koko vastaus",
        "chart": "Kuvio",
        "number": "Luku",
        "rows_nav": "Rivit",
        "table": "Vastaus taulukkona",
        "fetching": "Ladataan aineistoa: {size} Mt",
        "reading": "Luetaan aineistoa",
        "ready": "{n} väittämää on valmiina kysyttäväksi.",
        "failed": "Aineistoa ei saatu ladattua. Lataa sivu uudelleen.",
        "engine": "Kyselykone on Oxigraph {version}, lisenssinä Apache License 2.0.",
    },
}
"""What stands in the page, by language."""

SCRIPT: Final[dict[str, dict[str, str]]] = {
    "en": {
        "running": "Running",
        "stopped": "Stopped. The next query loads the data again.",
        "rows": "{n} rows in {ms}.",
        "row": "1 row in {ms}.",
        "none": "No rows: nothing in the data matches. {ms}.",
        "answered": "Answered in {ms}.",
        "yes": "Yes",
        "no": "No",
        "shown": "Rows {from}–{to} of {n}",
        "bars": "The first {n} rows are drawn; the table has the others.",
        "drawn": "Chart of {number} by {name}; the table has the same",
        "wrong": "Line {line}, column {column}: {reason}.",
        "prefix": "the prefix “{prefix}:” is not declared, and it is none of those below",
        "refused": "The engine refuses the query.",
        "unexpected": "“{found}” is not expected here",
        "ended": "something is missing here, or just before",
        "refused_service": "{word} would send the query to another server, and this page asks no other server for anything. Take the clause out",
        "refused_from": "{word} names another graph. Queries here see the whole data as one graph without it. Take the clause out",
        "refused_update": "{word} changes data, and this page only reads. Use SELECT, ASK, CONSTRUCT or DESCRIBE",
        "broken": "The engine gave up and starts anew with the next query. It does so where an answer is too large for its memory (LIMIT makes it smaller), and where ORDER BY is to sort numbers and texts together (ORDER BY STR(?x) sorts both as texts).",
        "copied": "The link with the query is copied.",
        "in_address": "The browser does not let the page copy; the link with the query is in the address bar.",
        "file": "answer",
    },
    "fi": {
        "running": "Kysely on käynnissä",
        "stopped": "Pysäytetty. Seuraava kysely lataa aineiston uudelleen.",
        "rows": "{n} riviä, {ms}.",
        "row": "1 rivi, {ms}.",
        "none": "Ei rivejä: aineistossa ei ole tähän sopivaa. {ms}.",
        "answered": "Vastattu, {ms}.",
        "yes": "Kyllä",
        "no": "Ei",
        "shown": "Rivit {from}–{to}, kaikkiaan {n}",
        "bars": "Kuviossa on {n} ensimmäistä riviä; muut ovat taulukossa.",
        "drawn": "Kuviossa {number}, jaotteluna {name}; taulukossa on sama",
        "wrong": "Rivi {line}, sarake {column}: {reason}.",
        "prefix": "etuliitettä “{prefix}:” ei ole määritelty, eikä se ole alla luetelluista",
        "refused": "Kyselykone ei hyväksy kyselyä.",
        "unexpected": "“{found}” on väärässä paikassa",
        "ended": "tästä tai juuri tätä ennen puuttuu jotakin",
        "refused_service": "{word} lähettäisi kyselyn toiselle palvelimelle, eikä tämä sivu pyydä muilta palvelimilta mitään. Poista se kyselystä",
        "refused_from": "{word} nimeää toisen verkon. Kyselyt näkevät täällä koko aineiston yhtenä verkkona ilman sitä. Poista se kyselystä",
        "refused_update": "{word} muuttaa dataa, ja tämä sivu vain lukee. Käytä sanaa SELECT, ASK, CONSTRUCT tai DESCRIBE",
        "broken": "Kyselykone luovutti ja käynnistyy uudelleen seuraavaan kyselyyn. Niin käy, kun vastaus ei mahdu sen muistiin (LIMIT pienentää sitä) tai kun ORDER BY järjestää lukuja ja tekstejä yhdessä (ORDER BY STR(?x) järjestää molemmat teksteinä).",
        "copied": "Linkki, jossa kysely on mukana, on kopioitu.",
        "in_address": "Selain ei anna sivun kopioida; linkki, jossa kysely on mukana, on osoiterivillä.",
        "file": "vastaus",
    },
}
"""What the page's script says, by language."""

LIVE_PAGE: Final[dict[str, dict[str, str]]] = {
    "en": {
        "lead": "Ask the data anything, in SPARQL. The query runs on this server, at the same address that programs ask.",
        "noscript": "This page needs JavaScript. Without it there are questions already answered, the whole data to download, and the endpoint, which any program can ask.",
        "keys": "Ctrl+Enter runs the query, Escape stops it, Tab leaves the editor.",
        "fetching": "",
        "reading": "",
        "ready": "The server is ready to be asked.",
        "failed": "The server gives no answer. Try again in a moment.",
        "engine": "The engine is Oxigraph, under the Apache License 2.0.",
    },
    "fi": {
        "lead": "Kysy aineistolta mitä vain SPARQL-kielellä. Kysely tehdään tällä palvelimella, samassa osoitteessa, jolta ohjelmat kysyvät.",
        "noscript": "Sivu tarvitsee JavaScriptin. Ilman sitä tarjolla ovat valmiiksi vastatut kysymykset, koko aineisto ladattavana ja rajapinta, jolta mikä tahansa ohjelma voi kysyä.",
        "keys": "Ctrl+Enter tekee kyselyn, Esc pysäyttää sen, sarkain siirtyy pois kentästä.",
        "fetching": "",
        "reading": "",
        "ready": "Palvelin on valmis kyselyyn.",
        "failed": "Palvelin ei vastaa. Yritä hetken kuluttua uudelleen.",
        "engine": "Kyselykone on Oxigraph, lisenssinä Apache License 2.0.",
    },
}
"""What stands in the page instead, where a server answers."""

LIVE_SCRIPT: Final[dict[str, dict[str, str]]] = {
    "en": {
        "stopped": "Stopped.",
        "refused": "The server refuses the query.",
        "broken": "The server gives no answer. Try again in a moment.",
    },
    "fi": {
        "stopped": "Pysäytetty.",
        "refused": "Palvelin ei hyväksy kyselyä.",
        "broken": "Palvelin ei vastaa. Yritä hetken kuluttua uudelleen.",
    },
}
"""What its script says instead, where a server answers."""
