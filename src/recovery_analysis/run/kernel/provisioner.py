"""A jupyter_client provisioner whose kernels are forked warm, and plain ones where that can not be."""

import logging
import os
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from recovery_analysis.run.kernel.warm import WarmFailed, warm_kernel

_LOG = logging.getLogger(__name__)


class WarmProvisioner(LocalProvisioner):
    """Fork the kernel from a warm process; entry point ``recovery-warm``.

    Everything but the start is :class:`jupyter_client.provisioning.LocalProvisioner`: ports, connection file,
    signals, restart. Where no warm kernel can be had, the reason is logged once and a plain one is started.
    """

    _said: set[str] = set()  # noqa: RUF012 (one set for all kernels of the process: each reason is said once)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:  # noqa: ANN401
        """Start the kernel."""
        environment = dict(kwargs.get("env") or os.environ)
        cwd = str(kwargs.get("cwd") or Path.cwd())
        try:
            process = warm_kernel(list(cmd), environment=environment, cwd=cwd)
        except WarmFailed as reason:
            if str(reason) not in self._said:
                self._said.add(str(reason))
                _LOG.warning("a plain kernel is started: %s", reason)
            return await super().launch_kernel(cmd, **kwargs)
        self.process = process
        self.pid = self.pgid = process.pid
        self.cwd = cwd
        return self.connection_info
