"""The engine's JSON is read whether it has rows or not."""

import pytest

from sinks.reports.reply import document_of

HEAD = b'{\n\t"meta":\n\t[\n\t\t{\n\t\t\t"name": "n",\n\t\t\t"type": "UInt64"\n\t\t}\n\t],\n\n\t"data":\n\t[\n'
TOTALS = b'\n\t],\n\n\t"totals": [0]'
TAIL = b',\n\n\t"rows": 0\n}\n'


def test_totals_of_no_rows_are_put_back_in_their_place() -> None:
    """The engine writes them before the head where it found nothing; the document is the same as in order."""
    found = document_of(TOTALS + HEAD + TAIL)
    assert found == document_of(HEAD + TOTALS + TAIL)
    assert (found["data"], found["totals"], found["rows"]) == ([], [0], 0)


def test_a_reply_in_order_is_read_as_it_is() -> None:
    """Rows and totals, also where a text of a row holds a brace."""
    found = document_of(HEAD + b'\t\t["{"]' + TOTALS + TAIL)
    assert (found["data"], found["totals"]) == ([["{"]], [0])


@pytest.mark.parametrize("reply", [b"", b"Code: 1", TOTALS, TOTALS + b"{}"])
def test_what_is_no_document_is_refused(reply: bytes) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=r"."):
        document_of(reply)
