"""The HTTP answers of the front. One shape for every refusal, one answer for every invoke that could not be served.

Source of the invoke shapes: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/work-with-universal-actions-for-adaptive-cards
"""

import orjson
from aiohttp import web

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


_AGAIN = frozenset({429, 503})


def refusal(status: int, *, code: str, message: str, reference: str) -> web.Response:
    """``{"error": {"code", "message", "reference"}}``. The connection ends with it: the body may still be on its way, unread."""
    answer = json_answer({"error": {"code": code, "message": message, "reference": reference}}, status=status)
    answer.headers.update(SECURITY_HEADERS)
    if status in _AGAIN:
        answer.headers["Retry-After"] = "1"
    answer.force_close()
    return answer


def not_now(*, code: str, message: str, reference: str) -> web.Response:
    """503: our fault, and not done. Nothing that a caller can write makes this answer."""
    return refusal(503, code=code, message=message, reference=reference)


def unauthorized(reference: str) -> web.Response:
    """The one 401: it tells a good guess from a bad one in nothing (A10)."""
    answer = refusal(401, code="unauthorized", message="A valid bearer token is required.", reference=reference)
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def json_answer(body: object, *, status: int = 200) -> web.Response:
    """``body`` as JSON."""
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json", charset="utf-8")


def invoke_answer(answer: dict[str, object]) -> web.Response | None:
    """The turn's own answer to an invoke, serialised once (C1); None when it is not one and must not go out."""
    status, body = answer.get("status"), answer.get("body")
    if not isinstance(status, int) or not 200 <= status < 500 or not isinstance(body, dict):
        return None
    try:
        return json_answer(body, status=status)
    except TypeError:
        # orjson.JSONEncodeError: something in the card is no JSON value. The caller logs it and answers with an error.
        return None


def invoke_failure(name: str | None, *, code: str, text: str) -> web.Response:
    """HTTP 200 and an error in the shape that this kind of invoke knows: Teams shows ``text`` to the person (C3)."""
    if name in ("task/fetch", "task/submit"):
        return json_answer({"task": {"type": "message", "value": text}})
    status = 400 if code == "NotSupported" else 500
    return json_answer({"statusCode": status, "type": "application/vnd.microsoft.error", "value": {"code": code, "message": text}})
