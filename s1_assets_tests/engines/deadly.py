"""A figure that kills the real engine: a logits processor of vLLM's own kind, which ends its process at some prompts.

It stands for whatever makes an engine die of one request, such as an illegal memory access in a kernel.
"""

import json
import os
import signal

from vllm.v1.sample.logits_processor import BatchUpdate, LogitsProcessor  # noqa: TID253  only vLLM loads this

MARKER = "S1_TEST_DEADLY_TOKENS"  # environment variable: JSON list of token ids that a deadly prompt holds in a row


class Deadly(LogitsProcessor):
    """Changes no logits."""

    def __init__(self, *_: object) -> None:
        self._marker = json.loads(os.environ.get(MARKER, "[]"))

    def is_argmax_invariant(self) -> bool:
        return True

    def apply(self, logits):
        return logits

    def update_state(self, batch_update: BatchUpdate | None) -> None:
        if batch_update is None or not self._marker:
            return
        for _, _, prompt, _ in batch_update.added:
            if prompt and self._marker[0] in prompt and str(self._marker)[1:-1] in str(list(prompt))[1:-1]:
                os.kill(os.getpid(), signal.SIGKILL)
