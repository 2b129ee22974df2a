"""Which worker of a run takes which file: those that need the whole stack stay with few workers, as each starts one.

Every stack takes most of a minute of processor before its first test, half of it Keycloak's, and more for as long as
it stands there: time that the other workers of the run do not get.
"""

from typing import Any, Final

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

STACKS: Final = 2
ON_THE_STACK: Final = ("tests/browser/", "tests/e2e/")
"""Folders of files that ask for the fixture ``stack`` of ``tests/conftest.py``."""


class FewStacks(LoadFileScheduling):  # type: ignore[misc]  # xdist is not typed for heirs
    """Gives files away in their order, but those on the stack to the first workers that took one, and to no others."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        self._with_stack: set[WorkerController] = set()

    def _assign_work_unit(self, node: WorkerController) -> None:
        file = self._file_for(node)
        if file is None:
            return  # the initial round only: later ones end a worker that has nothing to take
        self.workqueue.move_to_end(file, last=False)
        if file.startswith(ON_THE_STACK):
            self._with_stack.add(node)
        super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        if self.workqueue and self._file_for(node) is None and not node.shutting_down:
            node.shutdown()  # after what it has in hand
            return
        super()._reschedule(node)

    def _file_for(self, node: WorkerController) -> str | None:
        """The next that this worker may take: with a stack, those that need one before all others."""
        others = (self._with_stack & self.assigned_work.keys()) - {node}
        may = len(others) < STACKS
        files = [file for file in self.workqueue if may or not file.startswith(ON_THE_STACK)]
        if node in self._with_stack:
            files.sort(key=lambda file: not file.startswith(ON_THE_STACK))
        return next(iter(files), None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FewStacks | None:
    """Instead of xdist's own, wherever files go to workers as a whole."""
    return FewStacks(config, log) if config.getoption("dist") == "loadfile" else None
