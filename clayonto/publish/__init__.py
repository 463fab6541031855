"""A graph as a site of static files: pages for people, data for machines.

``config.py`` is what a publisher decides; ``site.py`` the graph as the site sees it, indexed once; ``build.py`` asks each part of the site for its
files and puts them in place. A part is a function of the site that gives paths and bytes.
"""

from __future__ import annotations

from clayonto.publish.build import Summary, publish
from clayonto.publish.config import Config

__all__ = ["Config", "Summary", "publish"]
