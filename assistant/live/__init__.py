"""How the processes of the house learn at once that something changed. PostgreSQL holds the truth; this only wakes.

A writer rings a bell after its transaction commits; every process that follows that topic looks at the database at
once. A lost ring (Redis down) costs a fraction of a second, never a change: followers look every interval anyway.
"""
