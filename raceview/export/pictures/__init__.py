"""Charts of answers, made with altair: the report and the notebook show the same ones.

Every function takes plain answers (`raceview.answers`) and gives an altair chart as wide as what it stands in. Text
from the files is made printable and cut before it goes in. altair is imported when a chart is made.
"""
