"""The published form of a pair: what leaves under which rights, and names that never collide."""

import json
import re
from urllib.parse import unquote

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s1_assets.publishing.record import PUBLISHED_PAIRS, sample_key
from s1_assets.tables import TABLES
from s1_assets_tests.publishing.made_up_pairs import pair_row, paper_row, sample_of

IDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


def pair_id_of(key: str) -> str:
    """The inverse of sample_key, as its docstring describes it."""
    source, rest = key.split("-", 1)
    name, place = rest.rsplit("-", 1)
    figure, panel = re.fullmatch(r"([0-9]+)([a-z]*)", place).groups()
    paper = unquote(name.replace("~", "/").replace("_", ".").replace("=", "%"))
    return f"{source}:{paper}#{int(figure)}{panel}"


@pytest.mark.parametrize(
    ("pair_id", "key"),
    [
        ("arxiv:2401.00001#3b", "arxiv-2401_00001-003b"),
        ("arxiv:hep-th/9901001#1", "arxiv-hep-th~9901001-001"),
        ("biorxiv:10.1101/2024.01.02.573000#12", "biorxiv-10_1101~2024_01_02_573000-012"),
        ("natcomms:10.1038/a_b~c=d#1", "natcomms-10_1038~a=5Fb=7Ec=3Dd-001"),
    ],
)
def test_a_key_reads_like_its_pair_id(pair_id, key):
    assert sample_key(pair_id) == key


@given(st.sampled_from(["arxiv", "biorxiv"]), IDS, st.integers(1, 99999), st.from_regex("[a-z]{0,2}", fullmatch=True))
def test_a_key_can_be_turned_back_and_is_a_safe_file_name_without_dots(source, paper, figure, panel):
    pair_id = f"{source}:{paper}#{figure}{panel}"
    key = sample_key(pair_id)
    assert pair_id_of(key) == pair_id
    assert re.fullmatch(r"[A-Za-z0-9~_=-]+", key)


def test_what_is_no_pair_id_has_no_key():
    for text in ("2401.00001#3", "arxiv:2401.00001", "arxiv:2401.00001#0", "arxiv:2401.00001#3B", ""):
        with pytest.raises(ValueError, match="is no pair_id"):
            sample_key(text)


def test_a_record_is_json_and_holds_what_made_the_pair():
    record = sample_of(paper_row(), pair_row("arxiv:2401.00001", 3, "b")).record
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert record["lineage"]["archive_sha256"] == "ab" * 32
    assert record["lineage"]["model"] == "extractive"
    assert record["metrics"]["numbers_grounded"] == 1.0
    assert (record["status"], record["recaption_status"]) == ("live", "enhanced")
    assert "image" not in record


def test_every_column_but_the_place_of_the_image_comes_from_the_tables():
    record = sample_of(paper_row(), pair_row("arxiv:2401.00001", 3)).record
    published = set(PUBLISHED_PAIRS.schema.names)
    assert published - record.keys() == {"shard", "image_file", "image_offset", "image_bytes"}
    known = {field.name: field.type for table in TABLES for field in table.schema}
    shared = [field for field in PUBLISHED_PAIRS.schema if field.name in known]
    assert all(field.type == known[field.name] for field in shared)
    assert len(shared) >= 30
    pa.Table.from_pylist([record], schema=PUBLISHED_PAIRS.schema)


@pytest.mark.parametrize("rights", ["open", "noncommercial", "no_derivatives"])
def test_a_redistributable_pair_goes_out_whole_and_says_its_rights(rights):
    sample = sample_of(paper_row(rights=rights), pair_row("arxiv:2401.00001", 1))
    assert sample.image is not None
    assert sample.record["rights"] == rights
    assert sample.record["mentions"]


def test_a_pointer_only_pair_keeps_captions_ids_and_hashes_but_neither_image_nor_other_text():
    sample = sample_of(paper_row(rights="pointer_only"), pair_row("arxiv:2401.00001", 1))
    assert sample.image is None
    assert sample.record["mentions"] is sample.record["figure_text"] is None
    for kept in ("title", "caption", "recaption", "image_sha256", "phash", "context_sha256", "license"):
        assert sample.record[kept]


@pytest.mark.parametrize(
    ("of_paper", "of_figure", "published"),
    [
        ("open", None, "open"),
        ("open", "pointer_only", "pointer_only"),
        ("open", "noncommercial", "noncommercial"),
        ("pointer_only", "open", "pointer_only"),
        ("no_derivatives", "noncommercial", "no_derivatives"),
    ],
)
def test_the_rights_in_a_pair_are_the_narrowest_of_paper_and_figure(of_paper, of_figure, published):
    pair = pair_row("arxiv:2401.00001", 1, rights=of_figure, permissions="As stated.")
    sample = sample_of(paper_row(rights=of_paper), pair)
    assert (sample.record["rights"], sample.record["permissions"]) == (published, "As stated.")
    assert (sample.image is None) == (sample.record["mentions"] is None) == (published == "pointer_only")


def test_unknown_rights_of_a_figure_stop_the_pair():
    with pytest.raises(ValueError, match="rights 'maybe'"):
        sample_of(paper_row(), pair_row("arxiv:2401.00001", 1, rights="maybe"))


@pytest.mark.parametrize("status", ["withdrawn", "retracted"])
def test_a_pair_of_a_paper_that_was_taken_back_never_goes_out(status):
    with pytest.raises(ValueError, match=status):
        sample_of(paper_row(status=status), pair_row("arxiv:2401.00001", 1))


def test_unknown_rights_stop_the_pair():
    with pytest.raises(ValueError, match="rights 'maybe'"):
        sample_of(paper_row(rights="maybe"), pair_row("arxiv:2401.00001", 1))


def test_the_content_hash_changes_with_what_a_reader_sees_and_with_nothing_else():
    paper, pair = paper_row(), pair_row("arxiv:2401.00001", 1)
    base = sample_of(paper, pair).record["content_sha256"]
    assert sample_of(paper, pair | {"page": 7}).record["content_sha256"] == base
    assert sample_of(paper, pair, "Another text.").record["content_sha256"] != base
    assert sample_of(paper | {"rights": "pointer_only"}, pair).record["content_sha256"] != base
