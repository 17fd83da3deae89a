"""Put before a program: a name server and a network file system that never answer."""

import os
import socket
import threading

_real_lookup, _real_stat, _real_open = socket.getaddrinfo, os.stat, os.open
NEVER = threading.Event()


def _lookup(host, *args, **options):
    if "never" in str(host):
        NEVER.wait()
    return _real_lookup(host, *args, **options)


def _stat(path, *args, **options):
    if "dead-mount" in str(path):
        NEVER.wait()
    return _real_stat(path, *args, **options)


def _open(path, *args, **options):
    if "dead-mount" in str(path):
        NEVER.wait()
    return _real_open(path, *args, **options)


socket.getaddrinfo, os.stat, os.open = _lookup, _stat, _open
