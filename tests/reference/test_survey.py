"""Survey shares, means and ordinal models against R's survey 4.1-1 and ordinal 2022.11-16, read in place."""

import csv
import json

import numpy as np
import pytest

from recovery_analysis.stats.ordinal_mixed import ordinal_random_intercept
from recovery_analysis.stats.survey import mean, ordinal, share

pytestmark = pytest.mark.real_data

#: What is reproduced here: source, quantity, tolerance. ``docs/build_reference_table.py`` collects these.
REPRODUCES = (
    (
        "R survey 4.1-1, apiclus1",
        "means and their linearised errors, with and without finite population correction",
        "1e-12 relative",
    ),
    (
        "R survey 4.1-1, apiclus1",
        "shares of three types of school and their linearised errors",
        "1e-12 relative",
    ),
    (
        "R survey 4.1-1, apiclus1",
        "share whose interval is on the logit scale: estimate; ends",
        "1e-10 absolute; 1e-8 absolute",
    ),
    (
        "R ordinal 2022.11-16, wine",
        "proportional odds model: thresholds and coefficients",
        "1e-7 relative",
    ),
    (
        "R ordinal 2022.11-16, wine",
        "their errors; log likelihood",
        "1e-5 relative; 1e-10 relative",
    ),
    (
        "R ordinal 2022.11-16 (clmm, 10 nodes), wine",
        "proportional odds with a random intercept for each judge: thresholds, coefficients, spread of judges;"
        " log likelihood",
        "1e-5 absolute; 1e-9 absolute",
    ),
)


@pytest.fixture(scope="module")
def published(shared_reference):
    return json.loads(shared_reference("survey_ordinal.json").read_text())


@pytest.fixture(scope="module")
def schools(shared_reference):
    with shared_reference("apiclus1.csv").open(newline="") as handle:
        return list(csv.DictReader(handle))


def design(schools):
    return {
        "weights": [float(row["pw"]) for row in schools],
        "cluster": [row["dnum"] for row in schools],
    }


@pytest.mark.parametrize(("name", "total"), [("mean_api00_fpc", 757), ("mean_api00", None)])
def test_a_mean_and_its_linearised_error(name, total, published, schools):
    result = mean(
        y=[float(row["api00"]) for row in schools], clusters_in_population=total, **design(schools)
    )
    assert result.estimate == pytest.approx(published[name]["est"], rel=1e-12)
    assert result.se == pytest.approx(published[name]["se"], rel=1e-12)
    assert result.df == 14


@pytest.mark.parametrize("level", ["E", "H", "M"])
def test_shares_and_their_linearised_errors(level, published, schools):
    result = share(y=[row["stype"] == level for row in schools], **design(schools))
    expected = published["prop_stype"]
    assert result.estimate == pytest.approx(expected["est"][f"stype{level}"], rel=1e-12)
    assert result.se == pytest.approx(expected["se"][f"stype{level}"], rel=1e-12)


def test_the_logit_interval(published, schools):
    """The share is exact; R's comes out of a logistic regression and is 4e-12 off."""
    result = share(
        y=[row["sch.wide"] == "Yes" for row in schools],
        **design(schools),
    )
    assert result.method == "logit"
    assert result.estimate == pytest.approx(published["ciprop_schwide_logit"]["est"], abs=1e-10)
    assert result.estimate == pytest.approx(published["ciprop_schwide_beta"]["est"], rel=1e-12)
    assert [result.low, result.high] == pytest.approx(
        published["ciprop_schwide_logit"]["ci"], abs=1e-8
    )


@pytest.fixture(scope="module")
def wine(shared_reference):
    with shared_reference("wine.csv").open(newline="") as handle:
        return list(csv.DictReader(handle))


def ratings(wine):
    return {
        "y": [int(row["rating"]) for row in wine],
        "x": [[row["temp"] == "warm", row["contact"] == "yes"] for row in wine],
    }


def test_the_proportional_odds_model(published, wine):
    fit = ordinal(**ratings(wine))
    expected = published["clm_wine"]
    coef = [*fit.thresholds, *fit.coef]
    errors = [*fit.thresholds_se, *fit.se]
    np.testing.assert_allclose(coef, list(expected["coef"].values()), rtol=1e-7)
    np.testing.assert_allclose(errors, list(expected["se"].values()), rtol=1e-5)
    assert fit.log_likelihood == pytest.approx(expected["logLik"], rel=1e-10)


def test_the_proportional_odds_model_with_a_random_intercept(published, wine):
    """R stopped a little before the top: its likelihood is lower than ours by 1.5e-10, its numbers 6e-6 off."""
    fit = ordinal_random_intercept(**ratings(wine), group=[row["judge"] for row in wine])
    expected = published["clmm_wine"]
    coef = [*fit.thresholds, *fit.coef]
    np.testing.assert_allclose(coef, list(expected["coef"].values()), rtol=0, atol=1e-5)
    assert fit.sd == pytest.approx(expected["sd_judge"], abs=1e-5)
    assert fit.log_likelihood == pytest.approx(expected["logLik"], abs=1e-9)
    assert fit.log_likelihood >= expected["logLik"]
