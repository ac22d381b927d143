"""What an intent needs to know out of a question: order number, amount, date, drug, ticker; Chinese and English.

Each kind is a small exact grammar: what is not surely one is not reported, since a wrong order number costs the asker
more than being asked for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from assistant.intents.slots import dates, money, names, numbers
from assistant.intents.slots.found import Slot

READERS: dict[str, Callable[[str, date], list[Slot]]] = {
    "order_number": lambda text, _: numbers.order_numbers(text),
    "amount": lambda text, _: money.amounts(text),
    "date": dates.dates,
    "drug": lambda text, _: names.drugs(text),
    "ticker": lambda text, _: names.tickers(text),
}


def read(text: str, kinds: Iterable[str], today: date) -> tuple[Slot, ...]:
    """Read the slots of these kinds, in the order in which they stand in the text. Unknown kinds are left out."""
    found = [slot for kind in kinds if kind in READERS for slot in READERS[kind](text, today)]
    return tuple(sorted(found, key=lambda slot: (slot.start, slot.kind)))


__all__ = ["READERS", "Slot", "read"]
