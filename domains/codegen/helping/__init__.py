"""The model's help with tests: names, reasons, expectations read from prose, inputs where the search stalls.

It can only gain: what the model says is read as data, checked against what was run, and dropped where it does not hold.
"""
