"""What changed between two graphs, and patches that carry the change over.

============== ==================================================================================
``sides``      what is compared (files, folders, stores, graphs, revisions), each as sorted N-Triples
``revisions``  the RDF files of a git revision
``blank``      blank nodes: which of them say the same in both graphs
``compare``    :func:`~clayonto.difference.compare.diff` and its result
``reading``    labels, and money and claims as people read them
``text``       the result for people, as text
``page``       the result for people, as an HTML page
``data``       the result for programs: JSON, Turtle
``rdfpatch``   RDF Patch, written and read
``patching``   :func:`~clayonto.difference.patching.patch`, which applies one
============== ==================================================================================

The package is not called ``diff``: importing it would then put a module where ``clayonto.diff`` is the function.
"""
