"""Which messages of a batch are handled together, and in which order."""

from collections.abc import Iterator

from chassis.delivery.messages import Batched, Handler, Message


class Rounds:
    """Contract.

    - Messages of one key, and of one aggregate, are handled in the order read: the first of each in the first round,
      the second in the second, and so on. A round begins when the one before is done.
    - No two messages of a round share a key, so they commute, as they do when they come by different partitions. Those
      of one handler make a group, in the order read.
    """

    def __init__(self) -> None:
        self._rounds: list[dict[Handler, list[Message]]] = []
        self._placed: dict[bytes | str, int] = {}
        """Key or aggregate -> in how many rounds it is."""

    def add(self, handler: Handler, message: Message) -> None:
        """Place a message behind those of its key and of its aggregate."""
        names = (message.envelope.key, message.envelope.subject)
        nth = max(self._placed.get(name, 0) for name in names)
        self._place(nth, handler, message)
        self._placed.update(dict.fromkeys(names, nth + 1))

    def add_in_order(self, handler: Batched, message: Message) -> None:
        """Place a message of a reader whose one handler gets everything, whatever its key: all of it is one group."""
        self._place(0, handler, message)

    def groups(self) -> Iterator[tuple[Handler, list[Message]]]:
        """Every handler with what it gets, in the order in which it has to be done."""
        for placed in self._rounds:
            yield from placed.items()

    def _place(self, nth: int, handler: Handler, message: Message) -> None:
        if nth == len(self._rounds):
            self._rounds.append({})
        self._rounds[nth].setdefault(handler, []).append(message)
