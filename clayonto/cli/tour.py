"""``clayonto tour``: a guided first look at the bundled graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clayonto.cli.common import lang_option
from clayonto.cli.language import command, say
from clayonto.locales import number

if TYPE_CHECKING:
    from decimal import Decimal

    from clayonto.graph import KnowledgeGraph
    from clayonto.results import Row

_BAR = 30


@command(help=say("Take a guided first look at the bundled graph.", "Tutustu mukana tulevaan aineistoon opastetusti."))
@lang_option
def tour(lang: str) -> None:
    """Show what the graph knows, question by question, with the command that asks each."""
    from clayonto.opening import load

    guide = _Guide(load(), lang)
    guide.welcome()
    guide.partners()
    guide.money()
    guide.south_ostrobothnia()
    guide.action_plan()
    guide.clusters()
    guide.passage()
    guide.farewell()


class _Guide:
    """Asks the questions and shows the answers in one language."""

    def __init__(self, graph: KnowledgeGraph, lang: str) -> None:
        self.graph = graph
        self.lang = lang
        self.number = 0

    def say(self, en: str, fi: str) -> str:
        return fi if self.lang == "fi" else en

    def question(self, en: str, fi: str, command: str) -> None:
        self.number += 1
        click.echo()
        click.secho(f"{self.number}. {self.say(en, fi)}", bold=True)
        click.secho(f"   $ clayonto {command}{' --lang fi' if self.lang == 'fi' else ''}", dim=True)
        click.echo()

    def table(self, head: list[str], cells: list[list[str]], *, numeric: list[bool]) -> None:
        from clayonto.tables import draw_table

        click.echo("\n".join("   " + line for line in draw_table(head, cells, numeric=numeric).splitlines()))

    def money_text(self, value: Decimal, currency: str) -> str:
        return f"{number(round(value), self.lang)} {currency}"

    def percent(self, value: Decimal) -> str:
        return f"{value:.1f} %".replace(".", "," if self.lang == "fi" else ".")

    def about(self, row: Row) -> str:
        return self.say("about ", "noin ") if row.approximate else ""

    def welcome(self) -> None:
        facts = self.graph.info()
        click.secho("clayonto " + facts["version"], bold=True)
        triples = f"{facts['triples']:,}"
        click.echo(
            self.say(
                f"A graph of {triples} triples and {facts['queries']} named queries; a document stands behind every figure.",
                f"Verkossa on {triples.replace(',', ' ')} kolmikkoa ja {facts['queries']} nimettyä kyselyä; "
                "jokaisen luvun takana on asiakirja.",
            )
        )

    def partners(self) -> None:
        self.question(
            "Who takes part in the project CLAY?",
            "Ketkä ovat mukana CLAY-hankkeessa?",
            "query project-partners --param project=project/clay",
        )
        rows = self.graph.run("project-partners", project="project/clay", lang=self.lang)
        self.table(
            [self.say("partner", "kumppani"), self.say("role", "rooli"), self.say("country", "maa")],
            [[row.partner_label, row.role, row.country] for row in rows],
            numeric=[False] * 3,
        )

    def money(self) -> None:
        self.question(
            "Where do the 1.34 million euros come from?",
            "Mistä 1,34 miljoonaa euroa tulee?",
            "query project-money --param project=project/clay",
        )
        rows = self.graph.run("project-money", project="project/clay", lang=self.lang)
        by_kind = {str(row.amount).rsplit("/", 1)[-1]: row for row in rows}
        total, share = by_kind["clay-total-budget"], by_kind["clay-fund-share"]
        filled = round(float(share.percent) / 100 * _BAR)
        click.echo(f"   {total.amount_label}: {self.about(total)}{self.money_text(total.value, total.currency)}")
        click.echo(
            f"   {'█' * filled}{'░' * (_BAR - filled)}  {self.percent(share.percent)} {self.say('from', 'lähteestä')} {share.funded_from}"
        )
        click.echo(f"   {share.amount_label}: {self.money_text(share.value, share.currency)}")
        click.echo(
            self.say(
                f"   The rest, {self.money_text(share.rest, share.currency)}, follows by subtraction; the source does not say who pays it.",
                f"   Loput {self.money_text(share.rest, share.currency)} saadaan vähennyslaskulla; lähde ei kerro, kuka ne maksaa.",
            )
        )

    def south_ostrobothnia(self) -> None:
        self.question(
            "What is South Ostrobothnia's share?",
            "Mikä on Etelä-Pohjanmaan osuus?",
            "query region-role --param region=region/south-ostrobothnia",
        )
        rows = self.graph.run("project-money", project="project/clay", lang=self.lang)
        for row in rows:
            if "south-ostrobothnia" in row.amount:
                filled = round(float(row.percent) / 100 * _BAR)
                whole = next(other.amount_label for other in rows if other.amount == row.share_of)
                click.echo(f"   {row.amount_label}: {self.about(row)}{self.money_text(row.value, row.currency)}")
                click.echo(f"   {'█' * filled}{'░' * (_BAR - filled)}  {self.percent(row.percent)} {self.say('of', 'kohteesta')} {whole}")

    def action_plan(self) -> None:
        self.question(
            "What did its action plan lead to?", "Mihin sen toimintasuunnitelma johti?", "query action-plans --param project=project/clay"
        )
        for row in self.graph.run("action-plans", project="project/clay", lang=self.lang):
            if row.outcome is None:
                continue
            click.echo(f"   {row.plan_label}\n   └─ {row.outcome_label}")
            for label, value in (
                (self.say("made by", "laatija"), row.made_by),
                (self.say("with", "kumppanina"), row.made_with),
                (self.say("for", "kenelle"), row.made_for),
            ):
                click.echo(f"      {label}: {value}")

    def clusters(self) -> None:
        self.question("What did the cluster initiatives do?", "Mitä klusterialoitteet tekivät?", "query initiative-rounds")
        head = [
            self.say("strand", "osa-aloite"), self.say("round", "kierros"), self.say("years", "vuodet"),
            self.say("partnerships", "kumppanuuksia"), self.say("funded", "rahoitettu"), self.say("taking part", "mukana"),
            self.say("countries", "maita"), self.say("money", "raha"),
        ]  # fmt: skip
        cells = []
        for row in self.graph.run("initiative-rounds", lang=self.lang):
            new = self.say(f"{row.to_be_funded} new", f"{row.to_be_funded} uutta")
            cells.append(
                [
                    row.strand,
                    str(row.number or "") or (self.say("last call", "viime haku") if "/call/" in row.thing else ""),
                    f"{row.start}–{row.end}" if row.start else "",
                    str(row.partnerships) if row.partnerships is not None else new if row.to_be_funded is not None else "",
                    str(row.funded if row.funded is not None else ""),
                    f"{row.participants} {row.unit}" if row.participants is not None else "",
                    str(row.countries if row.countries is not None else ""),
                    self.money_text(row.money, row.currency) if row.money is not None else "",
                ]
            )
        self.table(head, cells, numeric=[False, False, False, True, True, False, True, True])
        for row in self.graph.run("exchange-visits", lang=self.lang):
            click.echo(
                self.say(
                    f"\n   {row.scheme_label}: {row.exchanges} exchanges carried out by {row.as_of}.",
                    f"\n   {row.scheme_label}: {row.exchanges} vaihtojaksoa toteutettu, tilanne {row.as_of}.",
                )
            )

    def passage(self) -> None:
        self.question(
            "Which passage says so?", "Missä kohdassa niin sanotaan?", "query where-stated --param thing=amount/clay-total-budget"
        )
        for thing in ("amount/clay-total-budget", "service-path/creative-industries-south-ostrobothnia"):
            click.echo(f"   {self.graph.describe(thing, lang=self.lang).label}")
            for row in self.graph.run("where-stated", thing=thing, lang=self.lang)[:2]:
                click.echo(f"   └─ {row.passage_label}: “{row.quote}”")

    def farewell(self) -> None:
        click.echo()
        click.secho(self.say("Next:", "Seuraavaksi:"), bold=True)
        for asked, en, fi in (
            ("clayonto queries", "all named questions", "kaikki nimetyt kysymykset"),
            ("clayonto describe project/clay", "everything about one thing", "kaikki yhdestä asiasta"),
            ("clayonto query what-is-missing", "what the sources do not say", "mitä lähteet eivät kerro"),
            ("clayonto validate my.ttl", "check data of your own", "tarkista oma aineistosi"),
        ):
            click.echo(f"   {asked:<34} {self.say(en, fi)}")
