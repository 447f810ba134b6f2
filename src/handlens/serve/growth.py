"""Events of a recording: how it stands now, then each time that it has grown, until it has ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from fastapi.sse import ServerSentEvent
from starlette.concurrency import run_in_threadpool

from handlens.serve.shelf import SECONDS, Kept


async def growth(kept: Kept, closing: asyncio.Event) -> AsyncIterator[ServerSentEvent]:
    """Events "grew"; the first at once, so that nothing is missed between reading and watching.

    Args:
        kept: the recording.
        closing: set when the server ends, which ends the events too.
    """
    told = -1
    while not closing.is_set():
        await run_in_threadpool(kept.refresh)
        if told != kept.version:
            told = kept.version
            standing = kept.standing()
            yield ServerSentEvent(event="grew", id=standing.id, data=standing._asdict())
            if standing.status != "running":
                return
        with suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), SECONDS)
