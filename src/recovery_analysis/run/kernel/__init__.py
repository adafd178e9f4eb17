"""Warm kernels: real ipykernels forked from a process that has done its imports, used by papermill."""
