"""Spark's own side: finding it, starting it quietly, saying in one sentence why it does not start.

pyspark is an extra (`kongchuo[spark]`) and imported by nothing else; whoever runs on DuckDB alone never needs it.
"""

from __future__ import annotations

import atexit
import importlib.util
import logging
import os
import shutil
import socket
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import KongchuoError, TemporaryError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_REACHED_WITHIN = 10.0
_WORKERS_WITHIN = 60.0
_PORT = 7077
_open: dict[str, SparkSession] = {}

# What a log line says may quote a value, and a value a child: the line names where it came from, and no more. Only the
# talk of machines with each other is shown in full.
_LOG = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = bare
appender.bare.type = Console
appender.bare.name = bare
appender.bare.target = SYSTEM_ERR
appender.bare.layout.type = PatternLayout
appender.bare.layout.pattern = %d{HH:mm:ss} Spark %p in %c{1}%n%ex{none}
appender.full.type = Console
appender.full.name = full
appender.full.target = SYSTEM_ERR
appender.full.layout.type = PatternLayout
appender.full.layout.pattern = %d{HH:mm:ss} Spark %p in %c{1}: %m%n%ex{none}
logger.deploy.name = org.apache.spark.deploy
logger.deploy.level = error
logger.deploy.additivity = false
logger.deploy.appenderRef.full.ref = full
logger.cluster.name = org.apache.spark.scheduler.cluster
logger.cluster.level = error
logger.cluster.additivity = false
logger.cluster.appenderRef.full.ref = full
logger.executor.name = org.apache.spark.executor.Executor
logger.executor.level = off
logger.tasks.name = org.apache.spark.scheduler.TaskSetManager
logger.tasks.level = off
logger.written.name = org.apache.spark.sql.execution.datasources.FileFormatWriter
logger.written.level = off
logger.utils.name = org.apache.spark.util.Utils
logger.utils.level = off
"""


def session(master: str, work: Path, *, memory_limit: str | None = None) -> SparkSession:
    """Spark at a master, started on first use and kept for the nights that follow in this process.

    `work` is a folder that every worker sees. Raises KongchuoError where pyspark or Java is missing, the master cannot
    be reached, or no worker offers itself.
    """
    found = _open.get(master)
    if found is not None and _is_alive(found):
        return found
    _check(master)
    shutil.rmtree(work / "local", ignore_errors=True)  # what a killed night spilled
    logs = work / "log4j2.properties"
    logs.write_text(_LOG, encoding="utf-8")
    # These would write the text of an error, and what it quotes, to stderr as well.
    warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger", "py4j"):
        logging.getLogger(name).disabled = True
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException, PySparkRuntimeError
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("kongchuo")
    for key, value in _settings(master, work, logs, memory_limit).items():
        builder = builder.config(key, value)
    try:
        spark = builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise KongchuoError(
            "The Spark engine needs Java 17 or newer, which could not be started: install it (on Debian and Ubuntu "
            "`apt install openjdk-17-jre-headless`), or name its folder in JAVA_HOME."
        ) from error
    except (PySparkException, Py4JError, OSError) as error:
        raise KongchuoError(
            f"Spark could not be started at {master} ({type(error).__name__}): see that master and workers are of the "
            f"version of pyspark here ({version('pyspark')}) and that a worker can reach this machine."
        ) from error
    if not master.startswith("local"):
        _await_workers(spark, master)
    _open[master] = spark
    return spark


def _is_alive(spark: SparkSession) -> bool:
    try:
        return not spark.sparkContext._jsc.sc().isStopped()
    except Exception:  # whatever Java says or does not say, it is of no use any more
        return False


def _check(master: str) -> None:
    if importlib.util.find_spec("pyspark") is None:
        raise KongchuoError(
            "The Spark engine needs pyspark, which is not installed: install the program with its extra, "
            "`pip install -c constraints.txt -e '.[spark]'`, in an environment of its own (`make spark`)."
        )
    if master.startswith("spark://"):
        _reach(master)
    elif not master.startswith("local"):
        raise KongchuoError(f"{master} is no master of Spark that is known here: give local[N] or spark://host:port.")


def _reach(master: str) -> None:
    """Raise TemporaryError unless one of the masters named answers (several stand by for each other)."""
    for place in master.removeprefix("spark://").split(","):
        host, _, port = place.rpartition(":")
        if not host:
            host, port = place, str(_PORT)
        try:
            with socket.create_connection((host, int(port)), timeout=_REACHED_WITHIN):
                return
        except (OSError, ValueError):
            continue
    raise TemporaryError(
        f"The Spark master {master} does not answer within {_REACHED_WITHIN:.0f} seconds: start it, or correct "
        "--master (KONGCHUO_MASTER)."
    )


def _await_workers(spark: SparkSession, master: str) -> None:
    """Raise TemporaryError unless a worker offers itself: Spark itself would wait for ever."""
    until = time.monotonic() + _WORKERS_WITHIN
    memory: Any = spark.sparkContext._jsc.sc()
    while memory.getExecutorMemoryStatus().size() < 2:  # the driver is one of them
        if time.monotonic() > until:
            spark.stop()
            raise TemporaryError(
                f"No worker of {master} took up the work within {_WORKERS_WITHIN:.0f} seconds: see that workers run "
                "there with as much free memory as `spark.executor.memory` asks for (1 GiB where nothing is set)."
            )
        time.sleep(0.2)


def _is_here(master: str) -> bool:
    hosts = [place.rpartition(":")[0] for place in master.removeprefix("spark://").split(",")]
    return master.startswith("local") or all(host in ("localhost", "127.0.0.1") for host in hosts)


def _settings(master: str, work: Path, logs: Path, memory_limit: str | None) -> dict[str, str]:
    """What the results and the privacy of a night rest on; all else (memory and cores of executors) is Spark's own."""
    quiet = f"-Dlog4j2.configurationFile=file:{logs} -Duser.timezone=UTC -Dfile.encoding=UTF-8"
    found = {
        "spark.log.level": "ERROR",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "false",
        "spark.driver.extraJavaOptions": quiet,
        "spark.executor.extraJavaOptions": quiet,
        # The meaning of every cast and sum: an overflow is an error, as it is in DuckDB.
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.caseSensitive": "false",
        "spark.sql.adaptive.enabled": "true",
        "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
        # Of a union whose branches have numbers of different lengths this rule leaves a plan that cannot be run (4.3).
        "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.RemoveRedundantAliases",
        # Its search for filters that follow from others takes half a minute for a query of many columns.
        "spark.sql.constraintPropagation.enabled": "false",
        "spark.sql.parquet.compression.codec": "zstd",
        # What is written holds names and numbers.
        "spark.hadoop.fs.permissions.umask-mode": "077",
        "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
        "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
        "spark.hadoop.parquet.summary.metadata.level": "NONE",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.jars": similarity_jar(),
    }
    if _is_here(master):
        found |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    if master.startswith("local"):
        found |= {"spark.driver.memory": _heap(memory_limit), "spark.local.dir": str(work / "local")}
    return found


def similarity_jar() -> str:
    """The file in which Splink brings Spark the distances between texts."""
    spec = importlib.util.find_spec("splink")
    jars = sorted((Path(str(spec.origin)).parent / "internals/files/spark_jars").glob("*spark4*.jar")) if spec else []
    return str(jars[-1]) if jars else ""


def _heap(memory_limit: str | None) -> str:
    """Memory for Java where it works on this machine: the limit that was given, else a quarter of the memory."""
    if memory_limit:
        number = memory_limit.lower().removesuffix("ib").removesuffix("b").strip()
        units = {"k": 1, "m": 1024, "g": 1024**2, "t": 1024**3}
        if number[-1:] in units:
            return f"{int(float(number[:-1]) * units[number[-1]])}k"
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{max(1024, pages // 4 // 1024**2)}m"


@atexit.register
def stop() -> None:
    """End every Spark that was started here."""
    while _open:
        _open.popitem()[1].stop()
