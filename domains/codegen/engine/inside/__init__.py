"""What runs inside the sandbox, beside the module under test: the standard library alone, no model, no network.

These files are copied into the box. What they say comes back over the report pipe and is untrusted.
"""
