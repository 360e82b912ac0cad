"""If a clock were off: the causes, asked again with one worker's times shifted."""
