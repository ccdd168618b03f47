"""prefect.yaml and the flow files are of one mind, and no schedule falls into an hour that summer time moves."""

from __future__ import annotations

import importlib

import pytest
import yaml
from prefect import Flow

from flows.parameters import NightStep
from mappers.night import STEPS
from tests.house.tree import ROOT, named, under

PREFECT = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
DEPLOYMENTS = PREFECT["deployments"]
NO_FLOWS = {"flows/__init__.py", "flows/clock.py", "flows/errors.py", "flows/parameters.py"}
"""What stands at the top of flows/ beside the recipes."""

FLOW_FILES = [path for path in under("flows") if named(path).count("/") == 1 and named(path) not in NO_FLOWS]

NIGHT = "nightly"
NOTIFY = "notify"


def _flow_of(deployment):
    module, _, function = deployment["entrypoint"].partition(":")
    flow = getattr(importlib.import_module(module), function)
    assert isinstance(flow, Flow)
    return flow


@pytest.mark.parametrize("path", FLOW_FILES, ids=named)
def test_every_flow_file_has_a_deployment_of_its_flow(path):
    assert f"flows.{path.stem}:{path.stem}" in {deployment["entrypoint"] for deployment in DEPLOYMENTS}


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_every_deployment_runs_a_flow_by_its_own_name(deployment):
    flow = _flow_of(deployment)
    assert flow.name == deployment["name"]
    assert deployment["name"].replace("-", "_") == deployment["entrypoint"].partition(":")[2]
    assert flow.persist_result is False


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_every_deployment_waits_its_turn_on_our_pool(deployment):
    assert deployment["work_pool"] == {"name": "patronsync"}
    assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "ENQUEUE"}
    assert deployment["tags"] == ["patronsync"]
    assert deployment["description"].endswith(".")


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_every_deployment_has_a_time_out_a_name_for_its_runs_and_a_form_that_explains_itself(deployment):
    flow = _flow_of(deployment)
    assert callable(flow.flow_run_name)
    assert (flow.timeout_seconds is None) == (deployment["name"] == NIGHT)  # each of a night's steps has its own
    # A night tries its steps again itself; a run that somebody starts is watched by them. A mail is not.
    assert bool(flow.retries) == (deployment["name"] == NOTIFY)
    for name, shown in flow.parameters.properties.items():
        assert shown.get("description"), name


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda deployment: deployment["name"])
def test_no_schedule_falls_before_the_registry_is_done_or_into_the_hour_that_summer_time_moves(deployment):
    """The clocks change between 02:00 and 03:00; the registry's copy is done by about 02:00."""
    for schedule in deployment["schedules"]:
        minute, hour, *_ = schedule["cron"].split()
        assert schedule["timezone"] == "Europe/Copenhagen"
        assert minute.isdigit() and hour.isdigit(), "a plain hour and minute, so that this can be seen"
        assert 3 <= int(hour) < 24


def test_the_night_alone_is_scheduled_and_every_day():
    """Which nights go without the registry follows from the day; retention's promise knows no weekend."""
    schedules = {deployment["name"]: deployment["schedules"] for deployment in DEPLOYMENTS}
    assert [schedule["cron"] for schedule in schedules.pop(NIGHT)] == ["30 3 * * *"]
    assert all(schedule == [] for schedule in schedules.values())


def test_every_step_of_a_night_is_a_deployment_and_a_choice_in_its_form():
    names = [step.name for step in STEPS]
    assert [step.value for step in NightStep] == names
    assert set(names) < {deployment["name"] for deployment in DEPLOYMENTS}


def test_nothing_is_pulled_for_a_run():
    """Left out, Prefect would note the folder of the deploy, and crash where it is gone."""
    assert PREFECT["pull"] == []
