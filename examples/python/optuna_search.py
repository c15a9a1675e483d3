"""Optuna searches a problem of nasaic: TPE for one goal, NSGA-II for several, both with constraints.

python optuna_search.py SCRIPT [PROBLEM] [TRIALS]
"""

import sys

import optuna
from nasaic_eval import Server


def suggest(trial, decisions):
    """A value for each decision that takes part; conditions are those of the header."""
    design = {}
    for d in decisions:
        if not all(design.get(c["path"]) in c["in"] for c in d["active"]):
            continue
        if d["kind"] == "enumeration":
            design[d["path"]] = trial.suggest_categorical(d["path"], d["values"])
        else:
            draw = trial.suggest_int if d["kind"] == "integer" else trial.suggest_float
            design[d["path"]] = draw(d["path"], d["from"], d["to"], step=d["step"])
    return design


def main(script, problem=None, trials=200):
    server = Server(script, problem)
    header = server.header

    def objective(trial):
        answer = server.ask({"id": trial.number, "design": suggest(trial, header["decisions"])})
        for name, violation in server.violations(answer).items():
            trial.set_constraint(name, violation)
        return tuple(server.minimized(answer))

    goals = len(header["objectives"])
    samplers = optuna.samplers
    sampler = samplers.TPESampler(seed=1) if goals == 1 else samplers.NSGAIISampler(seed=1)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=sampler, directions=["minimize"] * goals)
    study.optimize(objective, n_trials=trials)

    met = [t for t in study.best_trials if all(v <= 0 for v in t.constraints.values())]
    print(f"{header['problem']}: {server.evaluations} distinct evaluations in {trials} trials")
    for values in sorted({tuple(t.values) for t in met}):
        print("  " + server.shown(values))
    if not met:
        print("  no design meets all constraints")


if __name__ == "__main__":
    script, *rest = sys.argv[1:]
    main(script, *rest[:1], *map(int, rest[1:]))
