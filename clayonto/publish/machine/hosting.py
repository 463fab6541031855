"""What a host is given beside the pages: rules for its kind, and a page that says what it needs."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from clayonto.publish.machine import apache, nginx, w3id
from clayonto.publish.machine.routes import Routes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.publish.config import Target
    from clayonto.publish.machine.facts import Facts

_STEPS: Final[dict[Target, tuple[str, ...]]] = {
    "plain": (
        "Copy all files to the folder that the web server shows at {base}, hidden ones (.well-known) included.",
        (
            "The server must know the media types of .ttl (text/turtle), .jsonld (application/ld+json), .nt (application/n-triples) and .rdf "
            "(application/rdf+xml); “clayonto check {base}” says whether it does."
        ),
        "No redirects are needed: each IRI leads to a small page, which leads to the page and the data.",
    ),
    "github-pages": (
        "Commit all files to the branch that GitHub Pages shows; .nojekyll keeps GitHub from leaving out names that start with a dot.",
        "A site may have 1 GB there. GitHub sets the media types and allows other sites to read the data.",
        "For an address of your own, add a file CNAME with its host name; publishing again keeps it.",
    ),
    "apache": (
        "Copy all files to the folder that Apache shows at {base}, hidden ones (.htaccess, .well-known) included.",
        (
            "Apache needs mod_rewrite, mod_negotiation, mod_mime and mod_dir, and “AllowOverride All” for the folder; "
            "mod_headers, if it is there, lets scripts on other sites read the data."
        ),
        "The rules are in .htaccess, and what can be chosen from in negotiate.var. Nothing has to be set by hand.",
    ),
    "nginx": (
        "Copy all files, but for nginx.conf, to a folder, and put that folder and the name of the host into nginx.conf.",
        "Put nginx.conf where nginx includes it in its http block, for example /etc/nginx/conf.d/site.conf, and run “nginx -t” and “nginx -s reload”.",
        "Publish again and copy nginx.conf again when things are added under names that IRIs alone do not give, or are withdrawn.",
    ),
}
_W3ID: Final = (
    "The IRIs are on {host}, which only leads on. Put the site’s real address into the first rule of hosting/w3id.htaccess, and give the file as .htaccess for "
    "the folder {path} to the service (for w3id.org: a pull request)."
)
_WELL_KNOWN: Final = (
    "Clients look for .well-known at the root of a host, and this site is in a folder of it: copy the files of .well-known, "
    "and robots.txt, to the root if you can."
)
_CHECK: Final = "When the site is up, run “clayonto check {base}”."


def files(facts: Facts) -> Iterator[tuple[str, bytes]]:
    """The rules for the target of the config, and ``hosting/README.txt`` and ``hosting/index.html``."""
    routes, target = Routes(facts.site), facts.site.config.target
    if target == "apache":
        yield ".htaccess", apache.htaccess(routes)
        yield apache.MAP, apache.type_map(routes)
    elif target == "nginx":
        yield "nginx.conf", nginx.conf(routes)
    elif target == "github-pages":
        yield ".nojekyll", b""
    if w3id.is_service(facts.base):
        yield "hosting/w3id.htaccess", w3id.htaccess(routes)
    steps = list(_steps(facts))
    yield "hosting/README.txt", readme(facts, steps)
    yield "hosting/index.html", page(facts, steps)


def _steps(facts: Facts) -> Iterator[str]:
    where = urlsplit(facts.base)
    words = {"base": facts.base, "host": where.hostname or "", "path": where.path}
    for step in _STEPS[facts.site.config.target]:
        yield step.format(**words)
    if w3id.is_service(facts.base):
        yield _W3ID.format(**words)
    elif where.path != "/":
        yield _WELL_KNOWN
    yield _CHECK.format(**words)


def readme(facts: Facts, steps: list[str]) -> bytes:
    """What the host needs, as text."""
    import textwrap

    listed = "\n\n".join(textwrap.fill(f"{number}. {step}", 90, subsequent_indent="   ") for number, step in enumerate(steps, 1))
    places = _places(facts)
    return f"How to put this site on a host ({facts.site.config.target})\n\n{listed}\n\n{places}\n".encode()


def page(facts: Facts, steps: list[str]) -> bytes:
    """The same as a page."""
    listed = "".join(f"<li>{escape(step)}</li>\n" for step in steps)
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>How to put this site on a host</title>
</head>
<body>
<main>
<h1>How to put this site on a host ({facts.site.config.target})</h1>
<ol>
{listed}</ol>
<p>{escape(_places(facts))}</p>
</main>
</body>
</html>
""".encode()


def _places(facts: Facts) -> str:
    has = any(download.path.endswith("places.geojson") for download in facts.downloads)
    return f"Downloads of version {facts.version} are in {facts.folder}, with SHA256SUMS. " + (
        "Places with coordinates are in places.geojson." if has else "No place in the data has coordinates, so there is no GeoJSON."
    )
