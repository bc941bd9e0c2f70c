"""How a trial of a model moves."""

from scoring.trials.states import trial_table

TRIAL = trial_table("lab_trial", permission="model.edit", audit="trial")
