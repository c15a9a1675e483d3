"""pymoo's NSGA-II searches a problem of nasaic; each generation is one line, priced on all cores.

python pymoo_search.py SCRIPT [PROBLEM] [GENERATIONS]
"""

import sys

import numpy as np
from nasaic_eval import Server
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import Problem
from pymoo.operators.crossover.sbx import SBX
from pymoo.operators.mutation.pm import PM
from pymoo.operators.repair.rounding import RoundingRepair
from pymoo.optimize import minimize

POPULATION = 40


class Served(Problem):
    """Designs as vectors of value indices; those that take no part do not matter."""

    def __init__(self, server):
        self.server = server
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
        out["F"] = np.array([self.server.minimized(a) for a in answers])
        out["G"] = np.array([list(self.server.violations(a).values()) for a in answers])

    def first(self):
        """Random designs within the limits, uniformly drawn."""
        drawn = self.server.ask({"sample": POPULATION, "seed": 1})["designs"]
        return np.array([[i or 0 for i in d["index"]] for d in drawn])


def main(script, problem=None, generations=20):
    server = Server(script, problem)
    served = Served(server)
    algorithm = NSGA2(
        pop_size=POPULATION,
        sampling=served.first(),
        crossover=SBX(repair=RoundingRepair(), vtype=float),
        mutation=PM(repair=RoundingRepair(), vtype=float),
    )
    result = minimize(served, algorithm, ("n_gen", generations), seed=1)
    asked = POPULATION * generations
    print(f"{server.header['problem']}: {server.evaluations} distinct evaluations of {asked} asked")
    for values in np.unique(np.atleast_2d(result.F), axis=0) if result.F is not None else []:
        print("  " + server.shown(values))
    if result.F is None:
        print("  no design meets all constraints")


if __name__ == "__main__":
    script, *rest = sys.argv[1:]
    main(script, *rest[:1], *map(int, rest[1:]))
