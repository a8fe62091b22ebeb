"""Debian's PostgreSQL, started for the tests in a folder of its own on a free port of this machine."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from psycopg2 import sql

PASSWORD = "only-for-tests"
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"  # nothing here outlives the tests


def programs() -> Path | None:
    """The folder of the newest PostgreSQL's programs; None where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return folders[-1] if folders else None


@contextmanager
def server(folder: Path) -> Iterator[dict[str, str]]:
    """A running server that listens on 127.0.0.1, as the variables that dagster.postgres.yaml reads."""
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    place = Path(tempfile.mkdtemp(prefix="s1-postgres-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    secret = place / "password"
    secret.write_text(PASSWORD)
    if account:
        for path in (place, secret):
            os.chown(path, account.pw_uid, account.pw_gid)

    def run(program: str, *arguments: str) -> None:
        who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        command = [folder / program, "-D", place / "data", *arguments]
        with (place / "programs.log").open("a") as log:
            subprocess.run(command, cwd=place, stdout=log, stderr=log, check=True, **who)

    listen = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={place} {FAST}"
    run("initdb", "-U", "s1", "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    run("pg_ctl", "-w", "-t", "120", "-l", str(place / "server.log"), "-o", listen, "start")
    try:
        yield {
            "DAGSTER_POSTGRES_HOST": "127.0.0.1",
            "DAGSTER_POSTGRES_PORT": str(port),
            "DAGSTER_POSTGRES_USER": "s1",
            "DAGSTER_POSTGRES_PASSWORD": PASSWORD,
            "DAGSTER_POSTGRES_DB": "postgres",
        }
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(place)


def new_database(server: Mapping[str, str], name: str, time_zone: str = "UTC") -> dict[str, str]:
    """An empty database on a server, in a time zone, as the variables that dagster.postgres.yaml reads."""
    login = {
        "host": server["DAGSTER_POSTGRES_HOST"],
        "port": server["DAGSTER_POSTGRES_PORT"],
        "user": server["DAGSTER_POSTGRES_USER"],
        "password": server["DAGSTER_POSTGRES_PASSWORD"],
        "dbname": server["DAGSTER_POSTGRES_DB"],
    }
    with contextlib.closing(psycopg2.connect(**login)) as connection:
        connection.autocommit = True  # no transaction makes a database
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            zone = sql.SQL("ALTER DATABASE {} SET timezone = {}")
            cursor.execute(zone.format(sql.Identifier(name), sql.Literal(time_zone)))
    return {**server, "DAGSTER_POSTGRES_DB": name}
