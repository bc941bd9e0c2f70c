"""Pure mathematics of the portal: formulas, scoring, intervals, racing, matching.

No Django, no portal database, no clock, no randomness without a seed. `python -m engine --help` runs it on files.
Every fault of the input is an `engine.errors.EngineError` with `code`, `field`, `message`, `remedy` and, for
translation, `message_template`, `remedy_template` and `params`.

Scoring, in the order of use (docs/scoring.md tells the mathematics)::

    from engine.columns import FACT_COLUMNS                 # the additive columns of a fact, with labels
    from engine.formulas import PROFILE, parse_formula      # parse_formula(text, columns) -> Formula; .columns, .sql()
    from engine.model_toml import load_model, parse_model, dump_model, model_digest
    from engine.model_checks import model_faults            # every fault of a parsed model, for a form
    from engine.compile import run_sums                     # one GROUP BY over the Parquet files of the facts
    from engine.draws import run_draws
    from engine.inputs import inputs_from_sums, inputs_from_table
    from engine.scoring import score                        # -> Scores, with the whole ledger
    from engine.intervals import bootstrap_intervals
    from engine.ledger import ledger_table, scorecard_table, scores_digest
    from engine.evidence import REASONS                     # codes of "not assessed", by the indices in Scores

    model = load_model(toml_text)
    with open_connection() as connection:                   # engine.tables
        sums = run_sums(connection, model, as_of=day, files=paths)
        draws = run_draws(connection, sums, files=paths)    # the same by week, for the bootstrap
    inputs = inputs_from_sums(model, sums, extras={"track": {"P1": "beauty"}, "size": {...}, "conduct_standing": {...}})
    scores = score(model, inputs)
    intervals = bootstrap_intervals(model, sums, inputs, draws)

`extras` holds the columns of `model.peers.columns` and `model.extras`, each as provider -> value. Arrays of `Scores`
are aligned to `scores.subjects` (providers in ascending order), `model.metrics`, `model.capabilities`, `model.gates`;
NaN is "not assessed", to be stored as NULL.
"""
