"""What a host needs, told to the publisher in English and Finnish."""

# ruff: noqa: E501 (a sentence is one line)

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clayonto.locales import Language
    from clayonto.publish.config import Target

STEPS: Final[Mapping[Language, Mapping[Target, tuple[str, ...]]]] = {
    "en": {
        "plain": (
            "Copy all files to the folder that the web server shows at {base}, hidden ones (.well-known) included.",
            "The server must know the media types of .ttl (text/turtle), .jsonld (application/ld+json), .nt (application/n-triples) and .rdf (application/rdf+xml); “clayonto check {base}” says whether it does.",
            "No redirects are needed: each IRI leads to a small page, which leads to the page and the data.",
        ),
        "github-pages": (
            "Commit all files to the branch that GitHub Pages shows; .nojekyll keeps GitHub from leaving out names that start with a dot.",
            "A site may have 1 GB there. GitHub sets the media types and allows other sites to read the data.",
            "For an address of your own, add a file CNAME with its host name; publishing again keeps it.",
        ),
        "apache": (
            "Copy all files to the folder that Apache shows at {base}, hidden ones (.htaccess, .well-known) included.",
            "Apache needs mod_rewrite, mod_negotiation, mod_mime and mod_dir, and “AllowOverride All” for the folder; mod_headers, if it is there, lets scripts on other sites read the data.",
            "The rules are in .htaccess, and what can be chosen from in negotiate.var. Nothing has to be set by hand.",
        ),
        "nginx": (
            "Copy all files, but for nginx.conf, to a folder, and put that folder and the name of the host into nginx.conf.",
            "Put nginx.conf where nginx includes it in its http block, for example /etc/nginx/conf.d/site.conf, and run “nginx -t” and “nginx -s reload”.",
            "Publish again and copy nginx.conf again when things are added under names that IRIs alone do not give, or are withdrawn.",
        ),
    },
    "fi": {
        "plain": (
            "Kopioi kaikki tiedostot, myös piilotetut (.well-known), siihen kansioon, jonka verkkopalvelin näyttää osoitteessa {base}.",
            "Palvelimen on tunnettava tiedostotyypit .ttl (text/turtle), .jsonld (application/ld+json), .nt (application/n-triples) ja .rdf (application/rdf+xml); ”clayonto check {base}” kertoo, tunteeko se ne.",
            "Uudelleenohjauksia ei tarvita: kustakin IRI-tunnisteesta pääsee pienelle sivulle ja siltä sivulle ja dataan.",
        ),
        "github-pages": (
            "Vie kaikki tiedostot siihen haaraan, jonka GitHub Pages näyttää; .nojekyll estää GitHubia jättämästä pois nimiä, jotka alkavat pisteellä.",
            "Sivustoon mahtuu siellä 1 Gt. GitHub asettaa mediatyypit ja sallii muiden sivustojen lukea dataa.",
            "Jos haluat oman osoitteen, lisää tiedosto CNAME, jossa on palvelimen nimi; se säilyy, kun julkaiset uudelleen.",
        ),
        "apache": (
            "Kopioi kaikki tiedostot, myös piilotetut (.htaccess, .well-known), siihen kansioon, jonka Apache näyttää osoitteessa {base}.",
            "Apache tarvitsee moduulit mod_rewrite, mod_negotiation, mod_mime ja mod_dir sekä kansiolle asetuksen ”AllowOverride All”; jos mod_headers on käytössä, muiden sivustojen skriptit voivat lukea dataa.",
            "Säännöt ovat tiedostossa .htaccess ja valittavissa olevat muodot tiedostossa negotiate.var. Käsin ei tarvitse asettaa mitään.",
        ),
        "nginx": (
            "Kopioi kaikki tiedostot paitsi nginx.conf kansioon ja kirjoita tiedostoon nginx.conf sen kansion ja palvelimen nimi.",
            "Pane nginx.conf paikkaan, josta nginx liittää sen http-lohkoonsa, esimerkiksi /etc/nginx/conf.d/site.conf, ja aja ”nginx -t” ja ”nginx -s reload”.",
            "Julkaise ja kopioi nginx.conf uudelleen, kun asioita lisätään nimillä, joita ei voi päätellä IRI-tunnisteesta, tai kun sivuja poistetaan.",
        ),
    },
}
"""Language and kind of host to what is to be done, in order; ``{base}`` is where the site will stand."""

TEXTS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "title": "How to put this site on a host ({target})",
        "w3id": "The IRIs are on {host}, which only leads on. Put the site’s real address into the first rule of hosting/w3id.htaccess, and give the file as .htaccess for the folder {path} to the service (for w3id.org: a pull request).",
        "well_known": "Clients look for .well-known at the root of a host, and this site is in a folder of it: copy the files of .well-known, and robots.txt, to the root if you can.",
        "check": "When the site is up, run “clayonto check {base}”.",
        "again": "Publish into the same folder next time: the versions in it are taken along. A version is withdrawn by deleting its folder.",
        "downloads": "Downloads of version {version} are in {folder}, with SHA256SUMS.",
        "places": "Places with coordinates are in places.geojson.",
        "no_places": "No place in the data has coordinates, so there is no GeoJSON.",
    },
    "fi": {
        "title": "Miten sivusto viedään palvelimelle ({target})",
        "w3id": "IRI-tunnisteet ovat palvelimella {host}, joka vain ohjaa eteenpäin. Kirjoita tiedoston hosting/w3id.htaccess ensimmäiseen sääntöön sivuston oikea osoite ja anna tiedosto palveluun kansion {path} .htaccess-tiedostoksi (w3id.org: pull request).",
        "well_known": "Ohjelmat etsivät kansiota .well-known palvelimen juuresta, ja tämä sivusto on alikansiossa: kopioi .well-known-kansion tiedostot ja robots.txt juureen, jos voit.",
        "check": "Kun sivusto on paikallaan, aja ”clayonto check {base}”.",
        "again": "Julkaise ensi kerralla samaan kansioon: siinä olevat versiot tulevat mukaan. Versio poistetaan poistamalla sen kansio.",
        "downloads": "Version {version} lataukset ovat kansiossa {folder}, tarkistussummat tiedostossa SHA256SUMS.",
        "places": "Paikat koordinaatteineen ovat tiedostossa places.geojson.",
        "no_places": "Aineiston paikoilla ei ole koordinaatteja, joten GeoJSON-tiedostoa ei ole.",
    },
}
"""Language to the sentences that are not of one kind of host alone."""
