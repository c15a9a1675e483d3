"""pymoo's NSGA-II on W1 with three goals, priced by `nasaic eval`: hypervolumes by evaluations.

Writes the table beside this script, which `tests/end_to_end/peers.rs` holds our NSGA-II against:
`NASAIC=path/to/nasaic python3 pymoo-0.6.2-w1.py`, with pymoo 0.6.2 installed.

Both sides have a population of 40, start from designs drawn uniformly within the budgets, and
treat specs by constraint domination. An evaluation is a distinct design whose hardware was priced.
Designs of pymoo that exceed a budget are refused before that and cost it nothing.
"""

import csv
import pathlib
import sys

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.evaluator import Evaluator
from pymoo.core.problem import Problem
from pymoo.indicators.hv import HV
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.operators.repair.rounding import RoundingRepair

HERE = pathlib.Path(__file__).parent
EXAMPLES = HERE.parent.parent / "examples"
sys.path.insert(0, str(EXAMPLES / "python"))
from nasaic_eval import Server  # noqa: E402

SEEDS = range(1, 12)
BUDGETS = [500, 2000]
POPULATION = 40
# Where volumes are measured: accuracy, latency in seconds (1 GHz), energy in joules.
REFERENCE = np.array([-0.8, 2e5 * 1e-9, 1.0])
SCALE = np.array([0.1, 2e5 * 1e-9, 1.0])


class Served(Problem):
    def __init__(self, server):
        self.server = server
        self.found = []  # per distinct design its goals, where it meets all specs
        header = server.header
        super().__init__(
            n_var=len(header["decisions"]),
            n_obj=len(header["objectives"]),
            n_ieq_constr=len(header["constraints"]),
            xl=0,
            xu=np.array([d["count"] - 1 for d in header["decisions"]]),
            vtype=int,
        )

    def _evaluate(self, x, out, *args, **kwargs):
        answers = self.server.ask([{"index": row} for row in x.tolist()])
        for answer in answers:
            # A design that is refused was not priced and has no counts.
            if not answer.get("counts", {"repeated": True})["repeated"]:
                self.found.append(self.server.minimized(answer) if answer["feasible"] else None)
        out["F"] = np.array([self.server.minimized(a) for a in answers])
        out["G"] = np.array([list(self.server.violations(a).values()) for a in answers])

    def volume(self, evaluations):
        met = np.array([f for f in self.found[:evaluations] if f is not None])
        return float(HV(ref_point=np.zeros(3))((met - REFERENCE) / SCALE))


def search(seed):
    served = Served(Server(str(EXAMPLES / "w1_front.nasaic"), "front"))
    drawn = served.server.ask({"sample": POPULATION, "seed": seed})["designs"]
    algorithm = NSGA2(
        pop_size=POPULATION,
        sampling=np.array([[i or 0 for i in d["index"]] for d in drawn]),
        crossover=SBX(prob=0.9, eta=15, vtype=float, repair=RoundingRepair()),
        mutation=PM(prob=0.9, eta=20, vtype=float, repair=RoundingRepair()),
        eliminate_duplicates=True,
    )
    algorithm.setup(served, termination=("n_gen", 100_000), seed=seed)
    evaluator = Evaluator()
    while len(served.found) < max(BUDGETS):
        asked = algorithm.ask()
        evaluator.eval(served, asked)
        algorithm.tell(infills=asked)
    return served


if __name__ == "__main__":
    with open(HERE / "pymoo-0.6.2-w1.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["evaluations", "seed", "hypervolume"])
        for seed in SEEDS:
            served = search(seed)
            for budget in BUDGETS:
                out.writerow([budget, seed, repr(served.volume(budget))])
            print(seed, served.volume(500), served.volume(2000), flush=True)
