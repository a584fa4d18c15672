"""A real RTSP server for tests, as a process of its own: serves the recordings of a folder.

    python tests/rtsp_server.py FOLDER

By RTP within the connection of RTSP, in real time. Prints its port, and ends with its input.
"""

from __future__ import annotations

import asyncio
import sys

from aio_rtsp_toolkit import server


class Quiet:
    """Takes what the server has to say."""

    def __getattr__(self, name: str) -> object:
        return lambda *_, **__: None


async def main(folder: str) -> None:
    server.logger = Quiet()  # type: ignore[assignment]  # it wants no more of one than this
    camera = await server.RtspServer(folder, "127.0.0.1", 0).start()
    assert camera._server is not None
    sys.stdout.write(f"{camera._server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    serving = asyncio.create_task(camera.serve_forever())
    await asyncio.to_thread(sys.stdin.read)
    serving.cancel()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
