"""Splink 5 on an output: prints the row number and the probability of each row that is a further copy at 0.01 or more.

Needs `splink`, in whatever environment: `output_only.py --splink PYTHON` runs it there. Comparisons of time, price and
distance in the file; u from random pairs, m by EM with u held fixed: of the settings tried, the one with fewest false.
"""

from __future__ import annotations

import logging
import sys
import warnings
from typing import Any


def main() -> None:
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    import duckdb
    from splink import DuckDBAPI, Linker, SettingsCreator

    rows = duckdb.sql(
        "SELECT row_number() OVER () - 1 AS unique_id, symbol, epoch_us(timestamp) / 1000.0 AS ms, "
        "CAST(price AS DOUBLE) AS price, CAST(floor(epoch_us(timestamp) / 20000) AS BIGINT) AS bucket "
        f"FROM read_csv('{sys.argv[1]}', "
        "columns={'symbol': 'VARCHAR', 'timestamp': 'TIMESTAMP', 'price': 'DECIMAL(18,6)'})"
    ).df()
    same = "l.symbol = r.symbol AND l.bucket = r.bucket"
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            _levels("ms", (2, 5, 10)),
            _levels("price", (0, 0.1, 0.5)),
            _levels("unique_id", (1, 3)),
        ],
        blocking_rules_to_generate_predictions=[same, f"{same} - 1"],
        probability_two_random_records_match=0.001,
    )
    api = DuckDBAPI()
    linker = Linker(api.register(rows) if hasattr(api, "register") else rows, settings)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6)
    linker.training.estimate_parameters_using_expectation_maximisation(same, fix_u_probabilities=True)
    found = linker.inference.predict(threshold_match_probability=0.01).as_pandas_dataframe()
    later = found[["unique_id_l", "unique_id_r"]].max(axis=1)
    for row, probability in found.groupby(later).match_probability.max().items():
        print(row, probability)


def _levels(column: str, limits: tuple[float, ...]) -> dict[str, Any]:
    near = [
        {"sql_condition": f"abs({column}_l - {column}_r) <= {limit}", "label_for_charts": str(limit)}
        for limit in limits
    ]
    null = {
        "sql_condition": f"{column}_l IS NULL OR {column}_r IS NULL",
        "label_for_charts": "null",
        "is_null_level": True,
    }
    levels = [null, *near, {"sql_condition": "ELSE", "label_for_charts": "else"}]
    return {"output_column_name": column, "comparison_levels": levels}


if __name__ == "__main__":
    main()
