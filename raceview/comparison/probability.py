"""The few distributions that comparing rates needs, without scipy, whose import takes half a second."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import exp, isclose, lgamma, log, log1p

_TINY = 1e-300
_STEPS = 100_000
_HALVINGS = 200


def beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for a, b > 0.

    The continued fraction of Didonato and Morris (1992) by Lentz's method (Press et al., Numerical Recipes 6.4).
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    upper, lower = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    found = lower
    for step in range(1, _STEPS):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        change = 1.0
        for term in (even, odd):
            lower, upper = 1 / _away(1 + term * lower), _away(1 + term / upper)
            change = lower * upper
            found *= change
        if isclose(change, 1, rel_tol=0, abs_tol=1e-14):
            break
    return found


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def student_two_sided(t: float, freedom: float) -> float:
    """The probability of a Student t beyond +-t."""
    return beta_share(freedom / (freedom + t * t), freedom / 2, 0.5)


@lru_cache(maxsize=64)
def student_bound(level: float, freedom: float) -> float:
    """The t within which a share `level` of a Student distribution lies, to both sides."""
    low, high = 0.0, 1e3
    while not isclose(low, high, rel_tol=1e-12):
        middle = (low + high) / 2
        low, high = (middle, high) if student_two_sided(middle, freedom) > 1 - level else (low, middle)
    return high


def exact_interval(count: float, of: float, level: float) -> tuple[float, float]:
    """Clopper and Pearson's (1934) interval of a proportion; the counts need not be whole."""
    tail = (1 - level) / 2
    low = _where(lambda x: beta_share(x, count, of - count + 1), tail) if count > 0 else 0.0
    high = _where(lambda x: beta_share(x, count + 1, of - count), 1 - tail) if count < of else 1.0
    return low, high


def _where(rising: Callable[[float], float], level: float) -> float:
    """Where in [0, 1] a rising function reaches `level`."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < level else (low, middle)
        if isclose(low, high, rel_tol=1e-10):
            break
    return (low + high) / 2
