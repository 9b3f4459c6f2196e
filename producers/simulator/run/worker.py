"""A process of a run: makes the camera-seconds of its sites from the traffic that it is sent."""

import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from producers.simulator.camera_datums import CameraDatums
from producers.simulator.city import City
from producers.simulator.motions import Motions
from producers.simulator.noise.noise_model import NoiseModel
from producers.simulator.run.kafka_outlet import KafkaOutlet
from producers.simulator.run.outlet import Counting, Encoder, Outlet
from producers.simulator.run.request import CityRequest
from producers.simulator.run.spool import Spool
from producers.simulator.shard import Shard


class Worker:
    """The camera-seconds of some sites.

    Args:
        request: the run.
        city: the city.
        sites: numbers of the sites.
        number: of this worker, from 0.
    """

    def __init__(self, request: CityRequest, city: City, sites: Sequence[int], number: int) -> None:
        self._shard = Shard(city, sites, request.plan, NoiseModel.load(request.noise_file), CameraDatums)
        self._encoder = Encoder()
        self._outlet: Outlet
        if request.spool is not None:
            self._outlet = Spool(request.spool / f"{number}.datums")
        elif request.kafka is not None:
            self._outlet = KafkaOutlet(request.kafka)
        else:
            self._outlet = Counting()
        for message in self._shard.registry():
            self._outlet.put(message, self._encoder.datum(message))

    def begin(self, traffic: Motions) -> None:
        """Take in what drives in the first second."""
        self._shard.begin(traffic)

    def second(self, traffic: Motions) -> float:
        """Make a second's messages; return the CPU seconds that took."""
        begun = time.process_time()
        for message in self._shard.second(traffic):
            self._outlet.put(message, self._encoder.datum(message))
        return time.process_time() - begun

    def close(self) -> Any:
        """Finish; return what the outlet says."""
        return self._outlet.close()


def work(request: CityRequest, city: City, sites: Sequence[int], number: int, pipe: Connection) -> None:
    """Run a worker in a process of its own: motions come through the pipe, one answer for each goes back.

    An answer is ("ok", CPU seconds), ("done", what the outlet said), or ("failed", a sentence), after which it ends.
    """
    try:
        worker = Worker(request, city, sites, number)
        pipe.send(("ok", 0.0))
        worker.begin(pipe.recv())
        pipe.send(("ok", 0.0))
        while (traffic := pipe.recv()) is not None:
            pipe.send(("ok", worker.second(traffic)))
        pipe.send(("done", worker.close()))
    except (EOFError, BrokenPipeError):
        return  # who started this has gone
    except Exception as error:  # noqa: BLE001  the process that waits must hear of whatever went wrong
        pipe.send(("failed", f"{type(error).__name__}: {error}"))
