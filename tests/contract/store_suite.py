"""What every object store must do; the same suite runs on the folder and on S3."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sinks.evidence.object_store import ObjectDiffersError, ObjectMissingError, ObjectStore


class StoreSuite:
    """Subclasses give the fixture `store`, an empty store, and `again`, another client of the same."""

    def test_what_was_put_is_there(self, store: ObjectStore, again: ObjectStore) -> None:
        """Whole, for every client, also when it is empty or large."""
        for name, data in (("a/one.bin", b"1"), ("a/empty.bin", b""), ("b/large.bin", bytes(range(256)) * 40_000)):
            assert store.put(name, data)
            assert again.get(name) == data

    def test_the_same_again_is_fine(self, store: ObjectStore, again: ObjectStore) -> None:
        """It is not new, and nothing changes."""
        assert store.put("x/one.json", b"same")
        assert not store.put("x/one.json", b"same")
        assert not again.put("x/one.json", b"same")
        assert store.names("") == ["x/one.json"]

    def test_another_under_the_same_name_is_an_error(self, store: ObjectStore) -> None:
        """The first stays as it was; the error names it and both sizes."""
        store.put("x/one.json", b"first")
        for other in (b"second", b"firsT", b"", b"first "):
            with pytest.raises(ObjectDiffersError, match=r"x/one\.json .*5 there"):
                store.put("x/one.json", other)
        assert store.get("x/one.json") == b"first"

    def test_of_many_at_a_time_one_wins(self, store: ObjectStore) -> None:
        """Sixteen different objects of one name: one is new, fifteen are told so, the winner is whole."""

        def put(number: int) -> int | None:
            try:
                return number if store.put("race/one.bin", bytes([number]) * 100_000) else None
            except ObjectDiffersError:
                return None

        with ThreadPoolExecutor(16) as pool:
            won = [number for number in pool.map(put, range(16)) if number is not None]
        assert len(won) == 1
        assert store.get("race/one.bin") == bytes(won) * 100_000

    def test_what_is_not_there_is_missing(self, store: ObjectStore) -> None:
        """Never an empty object; listings of nothing are empty."""
        with pytest.raises(ObjectMissingError, match="none/at/all"):
            store.get("none/at/all")
        assert store.names("none/") == []
        assert store.folders("none/") == []

    def test_listings_are_sorted_and_keep_to_their_folder(self, store: ObjectStore) -> None:
        """A folder is no prefix of a name: log/1/ does not list log/10/."""
        for name in ("log/1/b.json", "log/1/a.json", "log/10/c.json", "log/2/d/e.json", "other.json"):
            store.put(name, b"x")
        assert store.names("log/1/") == ["log/1/a.json", "log/1/b.json"]
        assert store.names("log/2/") == ["log/2/d/e.json"]
        assert store.folders("log/") == ["log/1/", "log/10/", "log/2/"]
        assert store.folders("") == ["log/"]
        assert len(store.names("")) == 5
