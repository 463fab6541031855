"""Stores and endpoints that others run: how they are reached, how they differ, and how graphs travel to them and back.

``failures`` and ``credentials`` serve both HTTP clients: SPARQLWrapper, which asks the queries (:mod:`clayonto.engines.remote`), and httpx
(``web``), which streams large answers and moves graphs. ``stores`` is the one place that knows how stores differ.
"""
