"""A panel of two on an item of each format, as the file that an author writes."""

import json
from copy import deepcopy
from typing import Any, Final

_FILE: Final[dict[str, Any]] = {
    "panel": "wijkteams",
    "version": 2,
    "min_n": 2,
    "composition": "Two people from one neighbourhood team.",
    "members": {
        "m01": {
            "role": "wijkteamwerker, 12 jaar",
            "consent_show_text": True,
            "consent_date": "2026-03-02",
        },
        "m02": {"role": "ervaringsdeskundige", "consent_show_text": False},
    },
    "items": [
        {
            "item": "de-buurvrouw-is-weg",
            "format": "sct",
            "answers": [
                {"member": "m01", "answer": -2, "justification": "Niemand ziet haar nog."},
                {"member": "m02", "answer": -1},
            ],
        },
        {
            "item": "wat-past",
            "format": "sjt_rate",
            "options": ["bellen", "gaan", "wachten", "afsluiten"],
            "answers": [
                {
                    "member": "m01",
                    "answer": {"bellen": 2, "gaan": 1, "wachten": 3, "afsluiten": 4},
                },
                {
                    "member": "m02",
                    "answer": {"bellen": 1, "gaan": 1, "wachten": 4, "afsluiten": 4},
                },
            ],
        },
        {
            "item": "wat-eerst",
            "format": "sjt_rank",
            "options": ["bellen", "gaan", "wachten"],
            "answers": [
                {"member": "m01", "answer": {"bellen": 2, "gaan": 1, "wachten": 3}},
                {"member": "m02", "answer": {"bellen": 2, "gaan": 1, "wachten": 3}},
            ],
        },
        {
            "item": "wat-telt",
            "format": "points100",
            "options": ["afspraak", "risico"],
            "answers": [
                {"member": "m01", "answer": {"afspraak": 30, "risico": 70}},
                {"member": "m02", "answer": {"afspraak": 40, "risico": 60}},
            ],
        },
        {
            "item": "waar-sta-je",
            "format": "slider",
            "answers": [{"member": "m01", "answer": 60}, {"member": "m02", "answer": 80}],
        },
        {
            "item": "het-meest",
            "format": "bestworst",
            "options": ["afspraak", "risico", "tijd", "vertrouwen"],
            "answers": [
                {"member": "m01", "answer": [{"best": "risico", "worst": "tijd"}]},
                {"member": "m02", "answer": [{"best": "vertrouwen", "worst": "tijd"}]},
            ],
        },
    ],
}


def panel_file() -> dict[str, Any]:
    """The file, to be changed at will."""
    return deepcopy(_FILE)


def written(data: object) -> bytes:
    """What stands on the disk."""
    return json.dumps(data, ensure_ascii=False).encode()
