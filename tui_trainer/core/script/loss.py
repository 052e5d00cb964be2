"""Step 3: the loss."""

from tui_trainer.core.recipe import BinaryCrossEntropy, CrossEntropy, ErrorLoss, Focal, Huber
from tui_trainer.core.script.plan import Plan
from tui_trainer.core.script.writing import Step

_TITLE = "3 Loss"


def loss(plan: Plan) -> Step:
    """``criterion``, the mean loss of outputs and targets."""
    is_weighted = getattr(plan.recipe.loss, "class_weights", "none") == "balanced"
    match plan.recipe.loss:
        case ErrorLoss(kind=kind) if plan.is_regression:
            return _module("MSELoss" if kind == "mse" else "L1Loss")
        case ErrorLoss():
            return _squared(plan)
        case Huber(delta=delta):
            return _module("HuberLoss", f"delta={delta!r}")
        case CrossEntropy(label_smoothing=smoothing) if smoothing and is_weighted:
            return _weighted(plan, "Smoothed cross-entropy", _each(plan, smoothing))
        case CrossEntropy(label_smoothing=smoothing):
            if is_weighted:
                return _module("CrossEntropyLoss", "weight=class_weights", before=_class_weights(plan))
            return _module("CrossEntropyLoss", f"label_smoothing={smoothing!r}" if smoothing else "")
        case BinaryCrossEntropy(label_smoothing=smoothing):
            if is_weighted:
                return _weighted(plan, "Binary cross-entropy", _each(plan, smoothing))
            if smoothing:
                return _smoothed(smoothing)
            return _module("BCEWithLogitsLoss")
        case Focal(gamma=gamma):
            return _focal(plan, gamma, is_weighted=is_weighted)


def _module(name: str, argument: str = "", *, before: str = "") -> Step:
    blocks = [f"{before}\n" * bool(before) + f"criterion = nn.{name}({argument})"]
    return Step(_TITLE, blocks, frozenset({"nn"}))


def _function(*lines: str, before: str = "") -> Step:
    body = "\n".join(f"    {line}" for line in lines)
    blocks = [before] * bool(before) + [f"def criterion(outputs, targets):\n{body}"]
    return Step(_TITLE, blocks, frozenset({"F", "torch"} if "torch." in body else {"F"}))


def _squared(plan: Plan) -> Step:
    if plan.num_outputs == 1:
        probabilities, targets = "outputs.sigmoid()", "targets"
    else:
        probabilities = "outputs.softmax(dim=1)"
        targets = f"F.one_hot(targets, {plan.num_outputs}).float()"
    return _function(
        '"""Mean squared error of the probabilities."""', f"return F.mse_loss({probabilities}, {targets})"
    )


def _each(plan: Plan, smoothing: float) -> list[str]:
    """Lines that leave the cross-entropy of each sample in ``each``."""
    if plan.num_outputs > 1:
        arguments = ["outputs", "targets", f"label_smoothing={smoothing!r}", 'reduction="none"']
        if not smoothing:
            del arguments[2]
        return ["each = F.cross_entropy(", *(f"    {argument}," for argument in arguments), ")"]
    targets = "smooth" if smoothing else "targets"
    lines = [f"smooth = {1 - smoothing!r} * targets + {smoothing / 2!r}"] if smoothing else []
    return [
        *lines,
        "each = F.binary_cross_entropy_with_logits(",
        "    outputs,",
        f"    {targets},",
        '    reduction="none",',
        ")",
    ]


def _smoothed(smoothing: float) -> Step:
    return _function(
        f'"""Binary cross-entropy; targets are smoothed by {smoothing!r}."""',
        f"smooth = {1 - smoothing!r} * targets + {smoothing / 2!r}",
        "return F.binary_cross_entropy_with_logits(outputs, smooth)",
    )


def _class_weights(plan: Plan) -> str:
    """A line that makes every class count the same in all."""
    classes = len(plan.facts.classes)
    labels = "y_train.long().flatten()" if plan.has_float_targets else "y_train"
    return (
        "# A rare class counts as much as a frequent one\n"
        f"counts = {labels}.bincount(minlength={classes})\n"
        f"class_weights = len(y_train) / ({classes} * counts)"
    )


def _weights_of_targets(plan: Plan) -> str:
    return "class_weights[targets.long()]" if plan.has_float_targets else "class_weights[targets]"


def _weighted(plan: Plan, name: str, each: list[str]) -> Step:
    return _function(
        f'"""{name}, each sample with the weight of its class."""',
        *each,
        f"return ({_weights_of_targets(plan)} * each).mean()",
        before=_class_weights(plan),
    )


def _focal(plan: Plan, gamma: float, *, is_weighted: bool) -> Step:
    # The slope of a power below 1 is infinite at 0.
    missing = "(1 - torch.exp(-each))" + (".clamp(min=1e-12)" if gamma < 1 else "")
    lines = [f"each = {missing} ** {gamma!r} * each"]
    if is_weighted:
        lines.append(f"each = {_weights_of_targets(plan)} * each")
    return _function(
        '"""Cross-entropy; what is right counts little (Lin et al. 2017)."""',
        *_each(plan, 0.0),
        *lines,
        "return each.mean()",
        before=_class_weights(plan) if is_weighted else "",
    )
