"""Two formats that security systems read.

OCSF 1.4.0, class User Access Management (3005, https://schema.ocsf.io/1.4.0/classes/user_access); what belongs to no request is a Base
Event. CEF 0, as its implementation standard has it: ``|`` and ``\\`` are escaped in the header; ``=``, ``\\`` and line breaks in the
extension.
"""

from approvals.change import RequestId, number
from approvals.evidence import canonical
from approvals.evidence.recording import Trace
from approvals.lifecycle import Event
from infra.audit.exported import Exported

OCSF_VERSION = "1.4.0"
_IAM, _USER_ACCESS = 3, 3005
_ASSIGN, _REVOKE, _OTHER = 1, 2, 99
_ACTIVITIES = {Event.GRANT.value: (_ASSIGN, "Assign Privileges"), Event.CONFIRM.value: (_REVOKE, "Revoke Privileges")}
_INFORMATIONAL, _LOW, _MEDIUM = 1, 2, 3
_CEF_SEVERITY = {_INFORMATIONAL: 3, _LOW: 5, _MEDIUM: 7}


def ocsf(one: Exported) -> str:
    """The entry as an OCSF event."""
    piece, about = one.piece, one.about
    activity, name = _ACTIVITIES.get(piece.kind, (_OTHER, piece.kind))
    kind = _USER_ACCESS if about else 0
    event: dict[str, object] = {
        "activity_id": activity,
        "activity_name": name,
        "category_uid": _IAM if about else 0,
        "class_uid": kind,
        "type_uid": kind * 100 + activity,
        "severity_id": _severity(one),
        "status_id": 2 if one.is_failure else 1,
        "time": int(piece.at.timestamp() * 1000),
        "message": str(piece.sentence),
        "metadata": {
            "version": OCSF_VERSION,
            "product": {"name": "Countersign", "vendor_name": "Countersign", "version": one.release},
            "uid": str(piece.id),
            "sequence": piece.id,
            "event_code": piece.kind,
            **({"correlation_uid": number(RequestId(piece.request))} if piece.request is not None else {}),
        },
        "unmapped": {"policy": piece.body.get("policy"), "check": piece.body.get("check"), "request_version": piece.version},
    }
    if piece.actor is not None:
        event["actor"] = {"user": _user(piece.actor, one)}
    if about is not None:
        event |= {
            "user": _user(about.beneficiary, one),
            "privileges": [about.entitlement],
            "resource": {"name": about.target, "type": "group"},
        }
    return canonical(event)


def cef(one: Exported) -> str:
    """The entry as a CEF line, without the syslog header that a forwarder puts before it."""
    piece, about = one.piece, one.about
    head = ("Countersign", "Countersign", one.release, piece.kind, piece.kind.replace(":", " "), str(_CEF_SEVERITY[_severity(one)]))
    extension: dict[str, object] = {
        "externalId": piece.id,
        "rt": int(piece.at.timestamp() * 1000),
        "act": piece.kind,
        "outcome": "failure" if one.is_failure else "success",
        "suid": piece.actor,
        "suser": one.names.get(piece.actor or ""),
        "duid": about.beneficiary if about else None,
        "duser": one.names.get(about.beneficiary) if about else None,
        **_custom(1, "request", number(RequestId(piece.request)) if piece.request is not None else None),
        **_custom(2, "entitlement", about.entitlement if about else None),
        **_custom(3, "target", about.target if about else None),
        **_custom(4, "policy", piece.body.get("policy")),
        **_custom(5, "check", piece.body.get("check")),
        "msg": str(piece.sentence),
    }
    told = " ".join(f"{name}={_in_extension(str(value))}" for name, value in extension.items() if value not in (None, ""))
    return "|".join(("CEF:0", *map(_in_header, head), told))


def _severity(one: Exported) -> int:
    if not one.is_failure:
        return _INFORMATIONAL
    return _LOW if one.piece.kind == Trace.UNREACHED else _MEDIUM


def _user(person: str, one: Exported) -> dict[str, str]:
    name = one.names.get(person)
    return {"uid": person, **({"name": str(name)} if name else {})}


def _custom(place: int, label: str, value: object) -> dict[str, object]:
    return {} if value in (None, "") else {f"cs{place}": value, f"cs{place}Label": label}


def _in_header(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").splitlines())


def _in_extension(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("=", "\\=")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\r")
