"""When another wording may be served, by language, as measured.

What is compared is the standing of a candidate: the cosine of question and wording, plus its lead over the nearest
wording of any other entry (at most MOST_LEAD). A question that is near two entries is most often about a third thing,
so the lead says what the cosine alone cannot.

Measured with multilingual-e5-small, guards on, each wording asked against all others, "false" being another entry
than its own, as a share of all questions:

| wordings                                        | rule                | served | false |
|-------------------------------------------------|---------------------|-------:|------:|
| banking77, 1,500 questions, the intent as entry | cosine >= 0.970     |  0.257 | 0.010 |
|                                                 | standing >= 0.984   |  0.359 | 0.010 |
| demo, Chinese, 283 + 40 that no entry answers   | cosine >= 0.953     |  0.184 | 0.010 |
|                                                 | standing >= 0.981   |  0.237 | 0.010 |
| the same, nothing new named (`novelty`)         | standing >= 0.980   |  0.148 | 0.003 |
| demo, English, 283 + 40, nothing new named      | standing >= 0.980   |  0.049 | 0.000 |

For single pairs, without a table to take a lead in, 1 % false hits need a cosine of 0.981 on cmedqq (0.17 served).
"""

from __future__ import annotations

from collections.abc import Mapping

THRESHOLDS: Mapping[str, float] = {"zh": 0.980, "en": 0.982}
"""Least standing, 1 % false hits at most on the sets above."""
LEAST_COSINE = 0.92
"""Below this no lead helps: a table of one entry would answer everything."""
MOST_LEAD = 0.04
