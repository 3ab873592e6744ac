"""Move a process into its own network namespace, where no other program can reach its loopback ports.

This works on Linux, unless an administrator forbids it: network_namespaces(7), user_namespaces(7).
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]

_SET_INTERFACE_FLAGS = 0x8914  # SIOCSIFFLAGS, netdevice(7)
_INTERFACE_UP = 0x1  # IFF_UP


@cache
def is_possible() -> bool:
    """Return whether this machine lets a process leave its network. A subprocess tries it."""
    attempt = subprocess.run(
        [sys.executable, "-m", "local.isolation"], cwd=_ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    return attempt.returncode == 0


def leave_network() -> None:
    """Move this process and its future children to a new network namespace that has only a loopback interface.

    Open sockets stay in the old network. The process must have only one thread. Raises ``OSError`` if the kernel or an
    administrator's setting forbids it.
    """
    if not hasattr(os, "unshare"):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    try:
        os.unshare(os.CLONE_NEWNET)
    except PermissionError:
        # Without root rights this needs a user namespace too, in which user and group keep their ids.
        user, group = os.geteuid(), os.getegid()
        os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNET)
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            Path("/proc/self", name).write_text(text, "ascii")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_INTERFACE_FLAGS, struct.pack("16sh22x", b"lo", _INTERFACE_UP))


if __name__ == "__main__":
    leave_network()
