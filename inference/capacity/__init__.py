"""How fast a model can answer at best, how many people at once, and what memory it takes: a roofline, before anything
is bought or started.

    python -m inference.capacity [--model NAME] [--machine NAME] [--json]

    models    what a token reads and computes, from the sizes in a model's config.json
    machines  what a device reads, computes and sends, measured or from its data sheet
    roofline  both together, for a layout
    evidence  measured figures beside what the roofline says of them
"""
