"""The evaluation: the test samples, read once, with the best weights."""

from tui_trainer.core.script.loop import outputs
from tui_trainer.core.script.plan import Plan
from tui_trainer.core.script.writing import Step


def evaluation(plan: Plan) -> Step:
    """Lines that print what the test samples come to."""
    metric = plan.metric
    lines = [
        "model.load_state_dict(best_weights)",
        f"test_loss, test_{metric} = evaluate(x_test, y_test)",
        f'print(f"test loss {{test_loss:.4f}} {metric} {{test_{metric}:.3f}}")',
        *(_error() if plan.is_regression else _confusion(plan)),
    ]
    return Step(
        "Evaluation: the test samples, once, with the best weights",
        ["\n".join(lines)],
        frozenset({"torch"}),
    )


def _error() -> list[str]:
    return [
        "with torch.no_grad():",
        "    error = (model(x_test) - y_test) * y_std  # in the unit of the target",
        'print(f"root mean squared error {(error**2).mean().sqrt():.4g}")',
    ]


def _confusion(plan: Plan) -> list[str]:
    classes = len(plan.facts.classes)
    is_single = plan.num_outputs == 1
    actual = "y_test.long().flatten()" if is_single else "y_test"
    predicted = "(outputs > 0).long().flatten()" if is_single else "outputs.argmax(dim=1)"
    return [
        "with torch.no_grad():",
        f"    outputs = {outputs(plan, 'x_test')}",
        f"pairs = {classes} * {actual} + {predicted}",
        f"confusion = pairs.bincount(minlength={classes**2}).reshape({classes}, {classes})",
        'print("confusion matrix: rows are true classes, columns predicted ones")',
        "print(confusion)",
    ]
