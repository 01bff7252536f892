"""The other side, in a process of its own: a connector that takes every message at once, and an authority that can be made to hang.

    python -m infra.bench.teams PORT MODULUS

Prints the port it listens on, when PORT is 0. It answers
    POST /v3/…                          200 {"id":"1"}
    GET  …/openidconfiguration          the metadata
    GET  …/keys                         one RSA key, its modulus given in base64url, endorsed for Teams
    GET  /hang                          from now on metadata and keys are not answered for HANG_S seconds, then cut off
"""

import asyncio
import json
import sys

HANG_S = 3.0
KID = "bench"


class _Connection(asyncio.Protocol):
    modulus = ""
    port = 0
    hangs = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  (for the type checker)
        self._transport = transport
        self._request = bytearray()

    def data_received(self, data: bytes) -> None:
        self._request += data
        head, found, rest = self._request.partition(b"\r\n\r\n")
        if not found or len(rest) < _length(bytes(head)):
            return
        path = bytes(head).split(b" ", 2)[1]
        self._request.clear()
        if path.startswith(b"/v3/"):
            self._say({"id": "1"})
        elif path == b"/hang":
            _Connection.hangs = True
            self._say({})
        elif _Connection.hangs:
            asyncio.get_running_loop().call_later(HANG_S, self._transport.abort)
        elif path.endswith(b"/keys"):
            self._say({"keys": [{"kty": "RSA", "use": "sig", "kid": KID, "e": "AQAB", "n": self.modulus, "endorsements": ["msteams"]}]})
        else:
            root = f"http://127.0.0.1:{self.port}"
            self._say({"issuer": root, "jwks_uri": f"{root}/v1/.well-known/keys"})

    def _say(self, document: object) -> None:
        body = json.dumps(document).encode()
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", port)
    _Connection.port = server.sockets[0].getsockname()[1]
    print(_Connection.port, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    _Connection.modulus = sys.argv[2]
    asyncio.run(_serve(int(sys.argv[1])))
