"""How a trial of season rules moves."""

from scoring.trials.states import trial_table

SEASON_TRIAL = trial_table("season_trial", permission="season.edit", audit="season_trial")
