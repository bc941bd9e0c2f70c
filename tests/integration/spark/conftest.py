"""A real stand-alone Spark cluster on loopback: one master and two workers from the pip package."""

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

REMEDY = "no Spark: `pip install -r requirements-spark.txt` and Java 17 (`apt-get install openjdk-17-jre-headless`)"
PATIENCE = 90.0
# A cluster for a few thousand facts: what runs for seconds is not worth the second compiler of Java.
BRIEF = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
DEFAULTS = f"""
spark.sql.shuffle.partitions 2
spark.executor.memory 512m
spark.driver.memory 512m
spark.driver.extraJavaOptions {BRIEF}
spark.executor.extraJavaOptions {BRIEF}
"""


def find_spark() -> Path | None:
    """The folder of the pip package, when Java is there too."""
    spec = find_spec("pyspark")
    return Path(spec.origin).parent if spec is not None and spec.origin and shutil.which("java") else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def spark_master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the cluster. Skipped with the remedy when there is no Spark; REQUIRE_SPARK=1 makes that a
    failure."""
    home = find_spark()
    if home is None:
        if os.environ.get("REQUIRE_SPARK") == "1":
            pytest.fail(REMEDY)
        pytest.skip(REMEDY)
    work = tmp_path_factory.mktemp("spark")
    port, page = free_port(), free_port()
    (work / "spark-defaults.conf").write_text(DEFAULTS)
    environment = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_CONF_DIR": str(work),
        "SPARK_WORKER_DIR": str(work / "workers"),
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": BRIEF,
    }
    master = f"spark://127.0.0.1:{port}"
    options = ["--host", "127.0.0.1"]
    programs = [["master.Master", *options, "--port", str(port), "--webui-port", str(page)]]
    programs += [
        ["worker.Worker", *options, "--port", "0", "--webui-port", "0", "--cores", "1", "--memory", "1g", master]
    ] * 2
    processes = []
    with (work / "cluster.log").open("wb") as log:
        for program, *arguments in programs:
            command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{program}", *arguments]
            processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True))
        before = {name: os.environ.get(name) for name in ("SPARK_LOCAL_IP", "SPARK_HOME", "SPARK_CONF_DIR")}
        os.environ.update({name: environment[name] for name in before})
        try:
            wait_for_workers(f"http://127.0.0.1:{page}/json/", 2, work / "cluster.log")
            yield master
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(timeout=PATIENCE)
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


def wait_for_workers(address: str, count: int, log: Path) -> None:
    """Return when the master counts so many workers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - an address of ours
                if answer.read().decode().count('"ALIVE"') >= count + 1:  # the master itself is alive too
                    return
        except OSError:
            pass
        time.sleep(0.2)
    pytest.fail(f"The cluster did not start:\n{log.read_text(errors='replace')[-2000:]}")
