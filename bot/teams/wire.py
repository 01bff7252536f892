"""botbuilder's models → plain JSON values. msrest's own serialiser validates every field by regular expression and is 20 times slower."""

from datetime import datetime
from enum import Enum

from msrest.serialization import Model


def to_wire(model: Model) -> dict[str, object]:
    """``model`` as the Bot Connector expects it: camelCase keys, nothing for None, additional properties included."""
    fields: dict[str, object] = {}
    described = model._attribute_map
    for name, value in vars(model).items():
        if value is not None and name in described:
            fields[described[name]["key"]] = _plain(value)
    for name, value in (model.additional_properties or {}).items():
        fields.setdefault(name, _plain(value))
    if "tenantID" in fields:
        # ConversationAccount in 4.17 misspells it, both ways (platform.md, A7).
        fields["tenantId"] = fields.pop("tenantID")
    return fields


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, Model):
        return to_wire(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return value.isoformat()
    return value
