"""Whatever of the statistics another module may call shows how; test_architecture.py runs the examples."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

from recovery_analysis import stats

MODULES = [name for _, name, _ in pkgutil.walk_packages(stats.__path__, "recovery_analysis.stats.")]


def behaves(kind):
    """Say whether a class has public methods or properties, not fields alone."""
    return any(
        inspect.isroutine(member) or isinstance(member, property)
        for name, member in inspect.getmembers(kind)
        if not name.startswith("_")
    )


def public(module):
    """Give the public functions and classes with behaviour that are defined in this very module."""
    return [
        name
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and getattr(thing, "__module__", None) == module.__name__
        and (inspect.isfunction(thing) or (inspect.isclass(thing) and behaves(thing)))
    ]


def shown(module):
    """Give what the module's examples show: functions, classes, and the classes that the functions return."""
    found = {
        one.name.removeprefix(f"{module.__name__}.").partition(".")[0]
        for one in doctest.DocTestFinder().find(module)
        if one.examples
    }
    functions = [thing for name in found if inspect.isfunction(thing := vars(module).get(name))]
    given = {inspect.signature(each).return_annotation for each in functions}
    return found | {kind.__name__ for kind in given if inspect.isclass(kind)}


@pytest.mark.parametrize("name", MODULES)
def test_everything_that_can_be_called_has_an_example(name):
    module = importlib.import_module(name)
    functions = [each for each in public(module) if inspect.isfunction(vars(module)[each])]
    silent = [each for each in public(module) if each not in shown(module)]
    silent += [
        each for each in functions if "Examples\n--------" not in inspect.getdoc(vars(module)[each])
    ]
    assert silent == [], f"{name}: an Examples section is missing"


def test_a_module_without_examples_is_noticed():
    assert "fit_ols" in public(importlib.import_module("recovery_analysis.stats.cluster"))
    assert "ClusterFit" in public(importlib.import_module("recovery_analysis.stats.cluster"))
    assert "GapChange" not in public(
        importlib.import_module("recovery_analysis.stats.gaps.estimates")
    )
    assert len(MODULES) >= 28
