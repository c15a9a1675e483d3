"""Optimal schedules by CP-SAT, to hold the exact scheduler against.

Makes random instances, solves each for the least makespan and for the least
energy within three deadlines, and writes one JSON object per line with what
CP-SAT proved:

    python -m venv venv && venv/bin/pip install ortools==9.15.6755
    venv/bin/python hap_cpsat.py > hap-cpsat.jsonl

A line holds `subs`, `tasks` (per layer `options`: [cycles, energy] or null, and
`inputs`: [layer, transfers or []], transfers as [cycles, energy] by from and to),
and `goals`: [deadline or null, status, value, bound] with status OPTIMAL,
INFEASIBLE or FEASIBLE (found, not proven).
"""

import json
import random
import sys

import ortools
from ortools.sat.python import cp_model

SECONDS = 6.0


def layer(rng, subs, index, branches, transfer):
    options = [
        None if rng.random() < 0.1 else [rng.randint(1, 60), rng.randint(0, 60)]
        for _ in range(subs)
    ]
    if not any(options):
        options[rng.randrange(subs)] = [rng.randint(1, 60), rng.randint(0, 60)]
    if branches:
        before = [i for i in range(index) if rng.random() < (0.7 if i == index - 1 else 0.1)]
    else:
        before = [index - 1] if index else []

    def moves():
        if not transfer or rng.random() < 0.25:
            return []
        return [
            [0, 0] if a == b else [rng.randint(0, transfer), rng.randint(0, transfer)]
            for a in range(subs)
            for b in range(subs)
        ]

    return {"options": options, "inputs": [[i, moves()] for i in before]}


def solve(subs, tasks, deadline):
    model = cp_model.CpModel()
    horizon = deadline
    if horizon is None:
        horizon = sum(
            max(o[0] for o in l["options"] if o) + sum(max([m[0] for m in i[1]] or [0]) for i in l["inputs"])
            for t in tasks
            for l in t
        )
    lanes = [[] for _ in range(subs)]
    energy, ends = [], []
    for task in tasks:
        placed = []
        for l in task:
            start = model.new_int_var(0, horizon, "")
            end = model.new_int_var(0, horizon, "")
            here = {}
            for sub, option in enumerate(l["options"]):
                if option is None:
                    continue
                lit = model.new_bool_var("")
                lanes[sub].append(
                    model.new_optional_interval_var(start, option[0], end, lit, "")
                )
                energy.append(option[1] * lit)
                here[sub] = lit
            model.add_exactly_one(here.values())
            for before, moves in l["inputs"]:
                (_, other_end, there) = placed[before]
                model.add(start >= other_end)
                if not moves:
                    continue
                for a, lit_a in there.items():
                    for b, lit_b in here.items():
                        cycles, quanta = moves[a * subs + b]
                        if cycles == 0 and quanta == 0:
                            continue
                        both = model.new_bool_var("")
                        model.add_bool_or([lit_a.negated(), lit_b.negated(), both])
                        model.add_implication(both, lit_a)
                        model.add_implication(both, lit_b)
                        model.add(start >= other_end + cycles).only_enforce_if(both)
                        energy.append(quanta * both)
            placed.append((start, end, here))
            ends.append(end)
    for lane in lanes:
        model.add_no_overlap(lane)
    if deadline is None:
        makespan = model.new_int_var(0, horizon, "")
        for end in ends:
            model.add(makespan >= end)
        model.minimize(makespan)
    else:
        model.minimize(sum(energy))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_time_in_seconds = SECONDS
    status = solver.solve(model)
    name = solver.status_name(status)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return [deadline, name, round(solver.objective_value), round(solver.best_objective_bound)]
    return [deadline, name, None, None]


SHAPES = (
    [([12, 12], 2, False, 0)] * 35
    + [([14, 14], 3, False, 0)] * 20
    + [([16, 10], 2, False, 0)] * 15
    + [([25], 3, False, 6)] * 10
    + [([9, 9], 2, False, 6)] * 15
    + [([6, 6, 6], 2, False, 0)] * 12
    + [([7, 7, 7], 3, False, 0)] * 8
    + [([5, 5, 5, 5], 2, False, 0)] * 10
    + [([5, 5, 5, 5], 3, False, 0)] * 10
    + [([10, 8], 2, True, 0)] * 12
    + [([6, 5, 4], 3, True, 5)] * 10
)


def main():
    rng = random.Random(2027)
    print(json.dumps({"solver": "CP-SAT of ortools " + ortools.__version__, "seconds": SECONDS}))
    for index, (sizes, subs, branches, transfer) in enumerate(SHAPES):
        tasks = [[layer(rng, subs, i, branches, transfer) for i in range(n)] for n in sizes]
        first = solve(subs, tasks, None)
        goals = [first]
        if first[2] is not None:
            for deadline in (first[2] - 1, first[2], first[2] * 110 // 100, first[2] * 130 // 100):
                goals.append(solve(subs, tasks, deadline))
        print(json.dumps({"subs": subs, "tasks": tasks, "goals": goals}, separators=(",", ":")), flush=True)
        print(index, sizes, subs, [g[1] for g in goals], file=sys.stderr, flush=True)


main()
