"""The live site: the publisher's pages, and a SPARQL endpoint that a public body can leave open to the world.

The main process speaks HTTP and nothing else. Queries run in processes of their own (``worker.py``), one at a time in each, that read a store and can
write nothing; ``crew.py`` hands them out, and ``pool.py`` ends those that go over a limit. ``protocol.py`` reads a request of the SPARQL 1.1 Protocol,
``formats.py`` says which form of answer it wants, ``problems.py`` what is said when there is none, ``settings.py`` within which limits, and
``app.py`` puts it all together.
"""

from __future__ import annotations
