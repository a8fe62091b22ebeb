"""Archives as authors and attackers make them."""

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile
import zlib

import pytest

from s1_assets.extraction.unpack import Limits, Package, unpack
from s1_assets.rejects import Reason, Reject

TEX = rb"\documentclass{article}\begin{document}Hello\end{document}"
PDF = b"%PDF-1.5\n1 0 obj\n"
LIMITS = Limits()


def tar_of(files: dict[str, bytes], *extra: tarfile.TarInfo, tar_format: int = tarfile.PAX_FORMAT) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tar_format) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for member in extra:
            archive.addfile(member)
    return packed.getvalue()


def zip_of(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def gzip_named(content: bytes, name: str) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=packed) as stream:
        stream.write(content)
    return packed.getvalue()


def twice(content: bytes) -> bytes:
    return gzip.compress(bz2.compress(content))


def opened(archive: bytes, limits: Limits = LIMITS) -> Package:
    package = unpack(archive, limits)
    assert isinstance(package, Package), package
    return package


def refused(archive: bytes, limits: Limits = LIMITS) -> Reason:
    reject = unpack(archive, limits)
    assert isinstance(reject, Reject), reject
    return reject.reason


FILES = {"main.tex": TEX, "figures/a.pdf": PDF}


@pytest.mark.parametrize("wrap", [bytes, gzip.compress, bz2.compress, lzma.compress, twice])
def test_a_tar_opens_however_it_is_compressed(wrap):
    package = opened(wrap(tar_of(FILES)))
    assert (package.kind, package.files) == ("latex", FILES)


def test_a_zip_opens_bare_and_within_gzip():
    assert opened(zip_of(FILES)).files == FILES
    assert opened(gzip.compress(zip_of(FILES))).files == FILES


def test_a_tar_of_the_format_before_ustar_opens():
    old = bytearray(tar_of({"main.tex": TEX}, tar_format=tarfile.USTAR_FORMAT))
    old[257:265] = bytes(8)
    old[148:156] = b" " * 8
    old[148:156] = b"%06o\0 " % sum(old[:512])
    assert opened(gzip.compress(bytes(old))).files == {"main.tex": TEX}


def test_a_single_file_is_named_by_its_gzip_header_else_by_its_kind():
    assert list(opened(gzip_named(TEX, "article.tex")).files) == ["article.tex"]
    assert list(opened(gzip.compress(TEX)).files) == ["main.tex"]
    assert list(opened(PDF).files) == ["main.pdf"]


def test_a_gzip_header_cannot_name_a_file_outside():
    header = b"\x1f\x8b\x08\x08" + bytes(6) + b"..\0"
    body = zlib.compress(TEX, wbits=-15)
    archive = header + body + zlib.crc32(TEX).to_bytes(4, "little") + len(TEX).to_bytes(4, "little")
    assert list(opened(archive).files) == ["main.tex"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (TEX, "latex"),
        (b"%!TEX root = main.tex\n\\input paper \\bye", "latex"),
        (PDF, "pdf"),
        (b"%!PS-Adobe-2.0\n%%Title: paper", "postscript"),
        (b"<!DOCTYPE html><html></html>", "html"),
        (b"\xf7\x02\x01\x83\x92\xc0\x1c\x3b\x00\x00", "other"),
        (b"%auto-ignore\nThis paper has been withdrawn.", "other"),
    ],
)
def test_the_kind_of_source_is_told_by_content(content, kind):
    assert opened(gzip_named(content, "paper.bin")).kind == kind


def test_a_word_file_is_one_document_not_a_folder():
    package = opened(zip_of({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}))
    assert (package.kind, list(package.files)) == ("docx", ["main.docx"])


def test_ancillary_files_do_not_make_a_pdf_paper_latex():
    assert opened(tar_of({"paper.pdf": PDF, "anc/notes.tex": TEX})).kind == "pdf"


def test_member_paths_come_out_relative_and_plain():
    package = opened(tar_of({"./main.tex": TEX, "./fig//a.pdf": PDF, "fig\\b.pdf": PDF}))
    assert list(package.files) == ["main.tex", "fig/a.pdf", "fig/b.pdf"]


def test_names_that_are_not_utf8_stay_readable():
    packed = tar_of({"caf_.pdf": PDF}, tar_format=tarfile.USTAR_FORMAT).replace(b"caf_.pdf", b"caf\xe9.pdf")
    broken = bytearray(packed)
    broken[148:156] = b" " * 8
    broken[148:156] = b"%06o\0 " % sum(broken[:512])
    assert list(opened(bytes(broken)).files) == ["café.pdf"]


@pytest.mark.parametrize("name", ["/etc/passwd", "../up.tex", "a/../../up.tex", "C:/x.tex", "..\\up.tex", "a\nb.tex"])
def test_a_member_that_leads_outside_is_left_out_and_reported(name):
    for archive in (tar_of({name: b"x", "main.tex": TEX}), zip_of({name: b"x", "main.tex": TEX})):
        package = opened(archive)
        assert list(package.files) == ["main.tex"]
        assert [reject.reason for reject in package.rejects] == [Reason.ARCHIVE_UNSAFE]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE])
def test_links_and_devices_are_left_out_and_reported(kind):
    member = tarfile.TarInfo("link.tex")
    member.type = kind
    member.linkname = "/etc/passwd"
    package = opened(tar_of({"main.tex": TEX}, member))
    assert list(package.files) == ["main.tex"]
    assert package.rejects[0].source_file == "link.tex"


def test_a_link_in_a_zip_is_left_out():
    packed = io.BytesIO(zip_of({"main.tex": TEX}))
    with zipfile.ZipFile(packed, "a") as archive:
        link = zipfile.ZipInfo("link.tex")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert list(opened(packed.getvalue()).files) == ["main.tex"]


def test_resource_forks_of_macos_are_dropped():
    package = opened(tar_of({"main.tex": TEX, "._main.tex": b"\0\5", "__MACOSX/fig/a.pdf": PDF, "fig/._a.pdf": PDF}))
    assert (list(package.files), package.rejects) == (["main.tex"], ())


def test_compressed_graphics_inside_stay_as_they_are():
    figure = gzip.compress(b"%!PS")
    assert opened(tar_of({"main.tex": TEX, "fig.eps.gz": figure})).files["fig.eps.gz"] == figure


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_a_bomb_is_stopped_by_the_size_it_unfolds_to(compress):
    limits = Limits(ratio=100, ratio_floor=1 << 16)
    assert refused(compress(bytes(10 << 20)), limits) is Reason.ARCHIVE_UNSAFE
    assert refused(compress(tar_of({"a.tex": bytes(10 << 20)})), limits) is Reason.ARCHIVE_UNSAFE


def test_a_bomb_of_two_layers_is_stopped():
    bomb = gzip.compress(gzip.compress(bytes(10 << 20)))
    assert refused(bomb, Limits(ratio=100, ratio_floor=1 << 16)) is Reason.ARCHIVE_UNSAFE


def test_a_zip_bomb_is_stopped():
    bomb = zip_of({f"{number}.tex": bytes(1 << 20) for number in range(10)})
    assert refused(bomb, Limits(ratio=100, ratio_floor=1 << 16)) is Reason.ARCHIVE_UNSAFE


def test_a_sparse_member_cannot_claim_more_than_is_there():
    member = tarfile.TarInfo("huge.tex")
    member.type = tarfile.GNUTYPE_SPARSE
    packed = bytearray(tar_of({"main.tex": TEX}, member, tar_format=tarfile.GNU_FORMAT))
    header = packed.index(b"huge.tex")
    packed[header + 483 : header + 495] = b"77777777777\0"  # real size: 8 GB of zeros
    packed[header + 148 : header + 156] = b" " * 8
    packed[header + 148 : header + 156] = b"%06o\0 " % sum(packed[header : header + 512])
    assert list(opened(bytes(packed)).files) == ["main.tex"]


def test_limits_on_files_depth_and_size():
    many = tar_of({f"{number}.tex": TEX for number in range(20)})
    assert refused(many, Limits(files=10)) is Reason.ARCHIVE_UNSAFE
    deep = opened(tar_of({"main.tex": TEX, "a/" * 40 + "x.tex": TEX, "y" * 600: TEX}))
    assert (list(deep.files), len(deep.rejects)) == (["main.tex"], 2)
    large = opened(tar_of({"main.tex": TEX, "anc/table.dat": bytes(5000)}), Limits(file_bytes=1000))
    assert (list(large.files), len(large.rejects)) == (["main.tex"], 1)


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.98])
def test_a_cut_off_archive_is_refused_whole(kept):
    content = random.Random(0).randbytes(50_000)
    tar = tar_of({"main.tex": TEX, "a.dat": content, "b.dat": content})
    for archive in (gzip.compress(tar), bz2.compress(tar), lzma.compress(tar), zip_of({"main.tex": TEX, "a": content})):
        assert refused(archive[: int(len(archive) * kept)]) is Reason.ARCHIVE_UNREADABLE
    assert refused(tar[: int((len(tar) - 10_240) * kept)]) is Reason.ARCHIVE_UNREADABLE


def test_a_damaged_header_does_not_pass_for_the_end_of_the_tar():
    tar = bytearray(tar_of({"main.tex": TEX, "b.tex": TEX}))
    tar[1024 + 10] ^= 0xFF
    assert refused(bytes(tar)) is Reason.ARCHIVE_UNREADABLE


def test_a_wrong_checksum_is_noticed():
    archive = bytearray(gzip.compress(tar_of(FILES)))
    archive[-5] ^= 0xFF
    assert refused(bytes(archive)) is Reason.ARCHIVE_UNREADABLE


def test_an_encrypted_zip_is_unreadable():
    archive = bytearray(zip_of({"main.tex": TEX}))
    archive[6] |= 1
    archive[archive.index(b"PK\x01\x02") + 8] |= 1
    assert refused(bytes(archive)) is Reason.ARCHIVE_UNREADABLE


@pytest.mark.parametrize("archive", [b"", gzip.compress(b""), tar_of({"._x": b"1"}), b"\x1f\x8b"])
def test_nothing_inside_is_unreadable(archive):
    assert refused(archive) is Reason.ARCHIVE_UNREADABLE


def test_random_damage_never_raises():
    source = random.Random(7)
    pristine = [
        tar_of(FILES),
        tar_of({"x" * 200: TEX}, tar_format=tarfile.GNU_FORMAT),
        tar_of({"ü" * 90: TEX}),
        zip_of(FILES),
    ]
    for number in range(600):
        archive = bytearray(pristine[number % len(pristine)])
        for _ in range(source.randint(1, 6)):
            archive[source.randrange(min(len(archive), 3000))] = source.randrange(256)
        assert isinstance(unpack(bytes(archive)), Package | Reject)


def test_the_real_archives_open(shared_data):
    for path in sorted((shared_data / "mirrors/arxiv/src").glob("*.tar")):
        with tarfile.open(path) as chunk:
            for member in chunk:
                stream = chunk.extractfile(member)
                if stream is not None:
                    assert opened(stream.read()).kind in {"latex", "pdf"}


def test_of_members_with_one_path_the_last_is_kept_and_the_others_are_told_of():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("content/a.xml", "content\\a.xml", "content/./a.xml", "content/A.xml"):
            archive.writestr(name, name)
    package = unpack(packed.getvalue())
    assert isinstance(package, Package)
    assert package.files == {"content/a.xml": b"content/./a.xml", "content/A.xml": b"content/A.xml"}
    assert [(reject.reason, reject.source_file) for reject in package.rejects] == [
        (Reason.ARCHIVE_UNSAFE, "content/a.xml"),
        (Reason.ARCHIVE_UNSAFE, "content/a.xml"),
    ]
