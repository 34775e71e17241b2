"""A cable between browser and server that can go dead without telling either, as a phone's does."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Cable:
    """Carries bytes both ways. ``cut`` silences the connections of that moment; those made later are not concerned."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._is_cut = threading.Event()
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    def cut(self) -> None:
        """Carry nothing any more on the connections that there are."""
        self._is_cut.set()
        self._is_cut = threading.Event()

    def serve(self) -> None:
        """Take connections until closed."""
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target_port))
            self._sockets += [near, far]
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=_carry, args=(source, target, self._is_cut), daemon=True).start()

    def close(self) -> None:
        """Hang up everywhere."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._sockets:
            each.close()


def _carry(source: socket.socket, target: socket.socket, is_cut: threading.Event) -> None:
    try:
        while data := source.recv(65536):
            if is_cut.is_set():
                return
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


@contextmanager
def laid(target_port: int) -> Iterator[Cable]:
    """A cable to ``target_port`` of this machine."""
    cable = Cable(target_port)
    thread = threading.Thread(target=cable.serve)
    thread.start()
    try:
        yield cable
    finally:
        cable.close()
        thread.join()
