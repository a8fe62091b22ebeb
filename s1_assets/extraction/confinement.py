r"""Confine this process, then become another program: `python confinement.py FOLDER [READABLE...] -- PROGRAM [...]`.

The process keeps no network and no more time, memory and output than `LIMITS`, and, where the kernel has Landlock
(Linux 5.13; unprivileged), no file but FOLDER to write, READABLE to read, and what programs are installed with. TeX
needs the last, for its own lock is none: with openin_any=p kpathsea still opens `~user/...` and `$SELFAUTOPARENT/...`,
and pdfTeX embeds any file that \pdfobj names.

It is a script so that the program is never at large, not even at its start, and it imports little so that it is quick.
"""

import ctypes
import os
import resource
import struct
import sys

LIMITS = {
    resource.RLIMIT_AS: 2 << 30,
    resource.RLIMIT_CPU: 120,
    resource.RLIMIT_FSIZE: 256 << 20,
    resource.RLIMIT_NPROC: 0,
    resource.RLIMIT_CORE: 0,
}
_INSTALLED = (
    "/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/texmf", "/var/lib/texmf", "/etc/ghostscript",
    "/var/lib/ghostscript",
)  # fmt: skip

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _SIGKILL = 1, 38, 9
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
# linux/landlock.h, first version of the interface: thirteen rights, those that files have, those that reading needs.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ALL, _OF_FILES, _READING = 0x1FFF, 0b0111, 0b1101


def can_hide_files() -> bool:
    """Whether this machine's kernel keeps a confined program from the files around it."""
    version: int = _libc().syscall(_CREATE_RULESET, None, 0, 1)
    return version > 0


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _confine(folder: str, readable: list[str]) -> None:
    """Confine this process for good; limits that are tighter already stay as they are."""
    for limit, value in LIMITS.items():
        _, ceiling = resource.getrlimit(limit)
        tightest = value if ceiling == resource.RLIM_INFINITY else min(value, ceiling)
        resource.setrlimit(limit, (tightest, tightest))
    libc = _libc()
    libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)  # where the machine refuses, the programs still use no network
    if can_hide_files():
        _hide_files(libc, folder, readable)


def _hide_files(libc: ctypes.CDLL, folder: str, readable: list[str]) -> None:
    """What no rule allows is forbidden from here on (kernel documentation, userspace-api/landlock)."""
    rules = libc.syscall(_CREATE_RULESET, struct.pack("=Q", _ALL), 8, 0)
    rights = dict.fromkeys([*_INSTALLED, *readable], _READING) | {folder: _ALL}
    for path in filter(os.path.exists, rights):
        allowed = rights[path] if os.path.isdir(path) else rights[path] & _OF_FILES  # noqa: PTH112 - pathlib is slow
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        if libc.syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", allowed, opened), 0):
            raise OSError(ctypes.get_errno(), "Landlock does not take this path", path)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.syscall(_RESTRICT_SELF, rules, 0):
        raise OSError(ctypes.get_errno(), "Landlock does not hide the files of this machine")


if __name__ == "__main__":
    end = sys.argv.index("--")
    _confine(sys.argv[1], sys.argv[2:end])
    os.execve(sys.argv[end + 1], sys.argv[end + 1 :], os.environ)  # noqa: S606 - no shell is wanted
