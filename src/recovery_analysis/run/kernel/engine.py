"""The papermill engine of the warm kernels: papermill's own, with a kernel manager that forks."""

from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from papermill.engines import NBClientEngine

#: Name of the engine (``papermill --engine``) and of the provisioner.
NAME = "recovery-warm"


class WarmKernelManager(AsyncKernelManager):
    """A kernel manager that asks for warm kernels whatever the kernel's specification says."""

    @property
    def kernel_spec(self) -> KernelSpec | None:
        """The specification, with our provisioner."""
        spec = super().kernel_spec
        if spec is not None:
            spec.metadata["kernel_provisioner"] = {"provisioner_name": NAME}
        return spec


class WarmEngine(NBClientEngine):
    """Papermill's engine with warm kernels; the saved notebook is the same."""

    @classmethod
    def execute_managed_notebook(  # pyright: ignore[reportIncompatibleMethodOverride]
        cls,
        nb_man: Any,  # noqa: ANN401
        kernel_name: str,
        **kwargs: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Run a notebook; see :class:`papermill.engines.NBClientEngine`."""
        return super().execute_managed_notebook(
            nb_man, kernel_name, **{"kernel_manager_class": WarmKernelManager, **kwargs}
        )
