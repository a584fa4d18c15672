import hashlib

from unit.compress.made import candidate


def test_a_candidate_is_known_by_the_hash_of_its_file():
    one = candidate(data=b"network" * 1000)
    assert one.sha256 == hashlib.sha256(b"network" * 1000).hexdigest()
    assert one.size_mb == 0.007
    assert one.whole
    assert "network" not in repr(one)
