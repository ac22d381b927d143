"""The code assistant: completes, edits, explains, and fixes failing tests, with the repository's own passages at hand.

What it proposes is parsed by tree-sitter before it is shown; a fix is run in the sandbox before it is called one.
"""
