import pytest

from tui_trainer.core.report.blocks import Code, Heading, Matrix, Table, Text
from tui_trainer.core.report.markdown import render


def test_tables_keep_their_columns_whatever_is_in_them():
    text = render([Table(("run", "best"), (("a|b", "0.9"), ("`c`\n| d", "*")), frozenset({1}))])
    assert text.splitlines() == [
        "| run | best |",
        "| --- | ---: |",
        "| a\\|b | 0.9 |",
        "| \\`c\\` \\| d | \\* |",
    ]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("<script>x</script>", "\\<script\\>x\\</script\\>"),
        ("[a](javascript:b)", "\\[a\\](javascript:b)"),
        ("# no heading", "\\# no heading"),
        ("1. no item", "1\\. no item"),
        ("- no item", "\\- no item"),
        ("l2+early-stopping, 0.981, data.split_seed", "l2+early-stopping, 0.981, data.split_seed"),
        ("_emphasis_ http://x", "\\_emphasis\\_ http:\\//x"),
    ],
)
def test_text_is_no_markup(said, written):
    assert render([Text(said)]) == f"{written}\n"


def test_nothing_ends_a_block_of_code():
    assert render([Code(("```", "a\n\nb"))]) == "    ```\n    a  b\n"


def test_right_ones_of_a_matrix_stand_out():
    lines = render([Heading("x"), Matrix("m", ("no", "yes"), ((4, 1), (0, 3)))]).splitlines()
    assert lines[-2:] == ["| no | **4** | 1 |", "| yes | 0 | **3** |"]
