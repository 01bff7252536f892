"""The words that the rules know. Lists only: what they are for stands in the rules that use them."""

_FILLERS = """
    a about access account also am an and another any around as asap ask asking at be believe can cheers could countersign
    database db dear environment evening for from full get gimme give given good grant group guess guys have hello help hey hi i
    i'd i'll i'm id im in it its just kindly length let lets like login many max maximum may maybe me membership might morning
    most my myself ned nede need needed next now of ok okay on once one only our period permission permissions please pls possible
    privilege privileges probably quick quickly really request requesting require required right rights role same say service
    session slot so some soon sorry still system temporarily temporary thank thanks that the then there thing think this thx time
    to today too tool total up urgent urgently us use via want we will window wish with would yes you your
"""
FILLERS = frozenset(_FILLERS.split())
"""Words around which nothing changes its meaning. A clause with any other word in it gives no length of time: it may be a story."""

FORGIVEN = tuple(sorted(word for word in FILLERS if len(word) >= 5))
"""Fillers that are read with one typing slip; in a shorter word one slip makes another word."""

_MEASURES = """
    minute minutes hour hours day days week weeks month months year years one two three four five six seven eight nine ten
"""
MEASURES = frozenset(_MEASURES.split())
"""Never known by themselves: outside a length of time they make the clause doubtful."""

LEVELS = {
    "readonly": "read",
    "reader": "read",
    "viewer": "read",
    "raed": "read",
    "writer": "write",
    "wirte": "write",
    "wrtie": "write",
    "administrator": "admin",
}
"""Other words for a level; a level itself is spoken as it stands in the catalog."""

PURPOSES = (
    "analyse|analyze|answer|check|clean|close|compare|complete|correct|debug|deploy|do|export|find|finish|fix|handle|help|import|investigate|"
    "load|look into|make|migrate|patch|prepare|repair|reproduce|resolve|restore|roll|rotate|run|solve|support|test|trace|update|upgrade|"
    "verify|work on"
)
"""Verbs that start a reason even after "access to"."""

USES = (
    "access|administer|apply|ask|be|change|connect|edit|enter|gain|get|have|log|look|obtain|open|reach|read|receive|request|search|see|"
    "use|view|write"
)
"""Verbs that start no reason after "need to": they say what the access is."""
