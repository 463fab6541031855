"""What does not fit on the page of a thing: its further parts, and all that refers to it, on pages of bounded size."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from clayonto.publish.markup import text, words
from clayonto.publish.origins import MOST_ON_PAGE, MOST_REFERRING, Origins
from clayonto.publish.parts import AMOUNT, CLAIM, MILESTONE, PERIOD, Context, Parts
from clayonto.publish.paths import url
from clayonto.publish.units import Later

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clayonto.publish.site import Page
    from clayonto.publish.things import Things


def leading_on(context: Context) -> str:
    """Where the parts are that a page does not show. Each has its anchor here, so that its IRI finds the way."""
    site, say = context.site, context.say
    told: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for path, kind, parts in site.more_parts(context.page):
        anchors = "".join(f"<a id={text(site.anchor(part))}></a>" for part in parts)
        first, last = (words(site.name(part, context.lang)) for part in (parts[0], parts[-1]))
        counts[kind] = counts.get(kind, 0) + len(parts)
        told.setdefault(kind, []).append(f'<li>{anchors}<a href="{context.near}{url(path)}.html">{first} – {last}</a></li>')
    return "".join(
        f'<h3>{words(context.all.plural(kind))}</h3><p class=note>{say["more_parts"].format(n=counts[kind])}</p><ul class="more">{"".join(items)}</ul>'
        for kind, items in told.items()
    )


def files(things: Things, page: Page, *, only: str = "") -> Iterator[Later]:
    """The further pages of a thing.

    :param only: the path of the one to make, if not all of them.
    """
    yield from _parts(things, page, only)
    # Few things are referred to so often that it is worth asking how.
    if any(len(subjects) > MOST_REFERRING for subjects in things.index.back.get(page.term, {}).values()):
        yield from _referring(things, page, only)


def _parts(things: Things, page: Page, only: str) -> Iterator[Later]:
    for path, kind, parts in things.site.more_parts(page):
        if only in ("", path):
            yield Later(things.site.html(path, things.lang), (kind, tuple(parts)), partial(_of_parts, things, page, path, kind, parts))


def _of_parts(things: Things, page: Page, path: str, kind: str, parts: Sequence[str]) -> bytes:
    there = page._replace(path=path, parts=parts)
    tables = Parts(things, there, elsewhere=True)
    if kind == AMOUNT:
        body = tables.money()
    elif kind == CLAIM:
        body = Origins(things, there, elsewhere=True).claims()
    elif kind in (PERIOD, MILESTONE):
        body = tables.time()
    else:
        body = tables.table(kind, parts)
    number = int(path.rpartition("-")[2])
    return _page(things, page, path, f"{things.say['all_parts']} ({number})", f"<h2>{words(things.plural(kind))}</h2>{body}")


def _referring(things: Things, page: Page, only: str) -> Iterator[Later]:
    groups = Origins(things, page).groups()
    # The numbers of the groups are those by which the thing's own page leads here.
    listed = [(number, thing) for number, (_, _, found) in enumerate(groups) if len(found) > MOST_REFERRING for thing in found]
    last = -(-len(listed) // MOST_ON_PAGE)
    for at in range(1, last + 1):
        path = f"more/{page.path}/refers-{at}"
        if only in ("", path):
            items: dict[int, list[str]] = {}
            for number, thing in listed[(at - 1) * MOST_ON_PAGE : at * MOST_ON_PAGE]:
                items.setdefault(number, []).append(thing)
            shown = tuple((number, *groups[number][:2], tuple(found)) for number, found in items.items())
            yield Later(things.site.html(path, things.lang), (last, shown), partial(_of_referring, things, page, path, at, last, shown))


def _of_referring(things: Things, page: Page, path: str, at: int, last: int, shown: Sequence[tuple[int, str, str, Sequence[str]]]) -> bytes:
    context = Origins(things, page._replace(path=path), elsewhere=True)
    body = "".join(
        f'<h2 id="g-{number}">{title}</h2><ul class="cols">{"".join(f"<li>{context.refers(thing, kind)}</li>" for thing in found)}</ul>'
        for number, title, kind, found in shown
    )
    steps = [
        f'<a rel="{rel}" href="refers-{n}.html">{things.say[key]}</a>'
        for n, rel, key in ((at - 1, "prev", "previous"), (at + 1, "next", "next"))
        if 1 <= n <= last
    ]
    turn = things.say["page"].format(n=at, of=last)
    if last > 1:
        body += f'<p class="pages"><span>{turn}</span>{"".join(steps)}</p>'
    return _page(things, page, path, f"{things.say['all_referring']} ({at})", body)


def _page(things: Things, page: Page, path: str, title: str, body: str) -> bytes:
    site = things.site
    name, near = site.name(page.term, things.lang), "../" * path.count("/")
    crumbs = things.layout.crumbs(
        near,
        (f"{url(site.slugs[page.kind])}/index.html", words(things.plural(page.kind))),
        (f"{url(page.path)}.html", words(name)),
        (f"{url(path)}.html", words(title)),
    )
    content = f"{crumbs}<h1>{words(name)}</h1><p class=lead>{words(title)}</p>\n{body}"
    return things.layout.page(f"{path}.html", content, title=f"{name}: {title}")
