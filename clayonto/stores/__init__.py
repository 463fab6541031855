"""Graphs on disk: folders that hold one whole state at any moment, and their upkeep."""
