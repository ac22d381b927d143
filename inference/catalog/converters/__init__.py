"""From an artefact to a folder that a model library loads. Entries name these functions by dotted path; nothing
imports them early.
"""
