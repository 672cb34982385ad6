from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from yinuo.kit.embedded import Cluster, EmbeddedPostgresError

STARTER = """
import sys
from pathlib import Path
from yinuo.kit.embedded import Cluster
cluster = Cluster(Path(sys.argv[1]), durable=False)
cluster.start()
print(cluster.create_database("house"))
"""


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    # Not tmp_path: pytest keeps that closed to the account that runs the server for root.
    with tempfile.TemporaryDirectory(prefix="yinuo-cluster-") as directory:
        fresh = Cluster(Path(directory) / "pg", durable=False)
        yield fresh
        fresh.stop()


def start_elsewhere(cluster: Cluster) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", STARTER, str(cluster.directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_four_processes_that_start_a_new_cluster_at_once_get_one_server(cluster: Cluster) -> None:
    starters = [start_elsewhere(cluster) for _ in range(4)]
    answers = [starter.communicate(timeout=120) for starter in starters]

    assert [starter.returncode for starter in starters] == [0] * 4, answers
    assert sorted(out.strip() for out, _ in answers) == ["False", "False", "False", "True"]
    with psycopg.connect(cluster.url("house")) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_the_server_outlives_the_process_that_started_it_and_stops_when_told(
    cluster: Cluster,
) -> None:
    start_elsewhere(cluster).communicate(timeout=120)
    assert cluster.is_running()
    cluster.stop()
    assert not cluster.is_running()
    cluster.stop()


def test_a_server_that_was_killed_starts_again_with_its_data(cluster: Cluster) -> None:
    start_elsewhere(cluster).communicate(timeout=120)
    pid_file = cluster.directory / "postmaster.pid"
    pid = pid_file.read_text(encoding="utf-8").splitlines()[0]
    subprocess.run(["kill", "-9", pid], check=True)

    cluster.start()

    with psycopg.connect(cluster.url("house")) as connection:
        assert connection.execute("show server_encoding").fetchone() == ("UTF8",)


def test_a_pid_file_that_names_another_program_does_not_stop_the_start(cluster: Cluster) -> None:
    start_elsewhere(cluster).communicate(timeout=120)
    cluster.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        left = f"{stranger.pid}\n{cluster.directory}\n0\n5432\n\n\n\nready\n"
        (cluster.directory / "postmaster.pid").write_text(left, encoding="utf-8")
        cluster.start()
        assert cluster.is_running()
    finally:
        stranger.kill()
        stranger.wait()


def test_a_long_path_still_gets_a_socket(cluster: Cluster) -> None:
    deep = Cluster(cluster.directory.parent / ("d" * 60) / ("e" * 60) / "pg", durable=False)
    try:
        deep.start()
        with psycopg.connect(deep.url("postgres")) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    finally:
        deep.stop()


def test_a_cluster_that_cannot_start_says_why(cluster: Cluster) -> None:
    start_elsewhere(cluster).communicate(timeout=120)
    cluster.stop()
    with (cluster.directory / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write("no_such_setting = 1\n")

    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        cluster.start()
