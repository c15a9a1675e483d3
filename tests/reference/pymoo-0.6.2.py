"""pymoo's NSGA-II on ZDT1 and DTLZ2 over integer grids, and hypervolumes of random fronts.

Writes the two tables beside this script, which the tests of nasaic-search read:
`python3 pymoo-0.6.2.py`, with pymoo 0.6.2 and moocore 0.2 (or later) installed.
"""

import csv
import pathlib

import moocore
import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import Problem
from pymoo.indicators.hv import HV
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.operators.repair.rounding import RoundingRepair
from pymoo.operators.sampling.rnd import IntegerRandomSampling
from pymoo.optimize import minimize

HERE = pathlib.Path(__file__).parent
STEPS = 32  # values of a variable: 0, 1/31, ..., 1
SEEDS = range(1, 12)
BUDGETS = [1000, 2500, 5000]
POPULATION = 100


def zdt1(x):
    g = 1 + 9 * x[:, 1:].mean(axis=1)
    return np.column_stack([x[:, 0], g * (1 - np.sqrt(x[:, 0] / g))])


def dtlz2(x):
    g = ((x[:, 2:] - 0.5) ** 2).sum(axis=1)
    a, b = x[:, 0] * np.pi / 2, x[:, 1] * np.pi / 2
    return np.column_stack([
        (1 + g) * np.cos(a) * np.cos(b),
        (1 + g) * np.cos(a) * np.sin(b),
        (1 + g) * np.sin(a),
    ])


class Grid(Problem):
    def __init__(self, function, size, goals):
        super().__init__(n_var=size, n_obj=goals, xl=0, xu=STEPS - 1, vtype=int)
        self.function = function

    def _evaluate(self, x, out, *args, **kwargs):
        out["F"] = self.function(x / (STEPS - 1))


PROBLEMS = {
    "zdt1": (zdt1, 12, np.array([1.1, 8.0])),
    "dtlz2": (dtlz2, 12, np.array([2.0, 2.0, 2.0])),
}


def fronts():
    """Hypervolumes of the designs evaluated within each budget."""
    for name, (function, size, reference) in PROBLEMS.items():
        for seed in SEEDS:
            algorithm = NSGA2(
                pop_size=POPULATION,
                sampling=IntegerRandomSampling(),
                crossover=SBX(prob=0.9, eta=15, vtype=float, repair=RoundingRepair()),
                mutation=PM(prob=0.9, eta=20, vtype=float, repair=RoundingRepair()),
                eliminate_duplicates=True,
            )
            seen = []
            minimize(
                Grid(function, size, len(reference)), algorithm, ("n_eval", max(BUDGETS)), seed=seed,
                callback=lambda a: seen.append(a.off.get("F") if a.off is not None else a.pop.get("F")),
            )
            points = np.concatenate(seen)
            assert len(points) >= max(BUDGETS)
            for budget in BUDGETS:
                volume = HV(ref_point=reference)(points[:budget])
                yield [name, budget, seed, repr(float(volume))]


def volumes():
    """Random fronts in two to four dimensions with the volumes pymoo and moocore give."""
    rng = np.random.default_rng(1)
    for goals in (2, 3, 4):
        for size in (1, 5, 20, 60):
            points = rng.random((size, goals)).round(4)
            reference = np.ones(goals)
            one = float(HV(ref_point=reference)(points))
            other = float(moocore.hypervolume(points, ref=reference))
            assert abs(one - other) < 1e-12, (one, other)
            text = ";".join(" ".join(f"{v:.4f}" for v in p) for p in points)
            yield [goals, repr(other), text]


def write(name, head, rows):
    with open(HERE / name, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(head)
        out.writerows(rows)


if __name__ == "__main__":
    write("pymoo-0.6.2-nsga2.csv", ["problem", "evaluations", "seed", "hypervolume"], fronts())
    write("moocore-hypervolume.csv", ["goals", "hypervolume", "points"], volumes())
