"""Documents brought in from a place that is imported again and again: folder, zip, addresses, git checkout.

A place lists what it holds and reads one file at a time; `bringing` compares that with what was imported before and
changes what changed. What one file does wrong is that file's outcome; the others go on.
"""
