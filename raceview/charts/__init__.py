"""(intervals, width, height) -> styled text, drawn with plotext: no terminal, no Textual, no engine."""
