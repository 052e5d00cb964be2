"""The loop: update, evaluate, keep the best weights, stop early."""

from tui_trainer.core.recipe import TorchvisionSet
from tui_trainer.core.script.plan import Plan
from tui_trainer.core.script.writing import Step

_INDENT = "    "


def loop(plan: Plan) -> Step:
    """The function ``evaluate`` and the training, which leaves ``best_weights``."""
    uses = frozenset({"torch", "nn", "copy"})
    uses = uses if plan.recipe.regularization.gradient_clipping else uses - {"nn"}
    return Step("Training", [_evaluate(plan), _training(plan)], uses)


def outputs(plan: Plan, x: str) -> str:
    """The network's outputs for all of ``x``: of many samples some at a time."""
    if isinstance(plan.recipe.data, TorchvisionSet):
        return f"torch.cat([model(some) for some in {x}.split(1000)])"
    return f"model({x})"


def _evaluate(plan: Plan) -> str:
    if plan.is_regression:
        told, score = "Mean loss and R2", "r2 = 1 - ((outputs - y) ** 2).sum() / ((y - y.mean()) ** 2).sum()"
    elif plan.num_outputs == 1:
        told, score = "Mean loss and accuracy", "accuracy = ((outputs > 0) == y).float().mean()"
    else:
        told, score = "Mean loss and accuracy", "accuracy = (outputs.argmax(dim=1) == y).float().mean()"
    return "\n".join(
        [
            "def evaluate(x, y):",
            f'    """{told}, as the network is when it is used."""',
            "    model.eval()",
            "    with torch.no_grad():",
            f"        outputs = {outputs(plan, 'x')}",
            f"    {score}",
            f"    return criterion(outputs, y).item(), {plan.metric}.item()",
        ]
    )


def _training(plan: Plan) -> str:
    every = plan.recipe.training.evaluate_every
    by_loss = plan.recipe.training.select_by == "loss"
    stops = plan.recipe.regularization.early_stopping is not None
    untrained = f"evaluate(x_validation, y_validation)[{0 if by_loss else 1}]"
    lines = [
        f"best, waited = {untrained}, 0" if stops else f"best = {untrained}",
        "best_weights = copy.deepcopy(model.state_dict())",
    ]
    batches = "torch.randperm(len(x_train)).split(batch_size)"
    skips = ["    if len(batch) == 1:", "        continue  # batch norm has nothing to compare"]
    if every == "epoch":
        lines += [
            "for epoch in range(1, epochs + 1):",
            "    model.train()",
            f"    for batch in {batches}:",
            *_indented(skips if plan.leaves_last_sample else [], 1),
            *_indented(_update(plan), 2),
            *_indented(_measure(plan, "epoch {epoch:3}"), 1),
        ]
        return "\n".join(lines)
    steps = plan.steps_per_epoch * plan.recipe.training.epochs
    lines += [
        "step = 0",
        "for epoch in range(1, epochs + 1):",
        f"    for batch in {batches}:",
        *_indented(skips if plan.leaves_last_sample else [], 1),
        *_indented(["step += 1", "model.train()", *_update(plan)], 2),
        f"        if step % {every} and step < {steps}:",
        "            continue  # it is not time to measure",
        *_indented(_measure(plan, "step {step:5}"), 2),
    ]
    if stops:
        lines += ["    if waited == patience:", "        break"]
    return "\n".join(lines)


def _indented(lines: list[str], depth: int) -> list[str]:
    return [_INDENT * depth + line for line in lines]


def _update(plan: Plan) -> list[str]:
    chosen = plan.recipe.regularization
    inputs = "augment(x_train[batch])" if chosen.augmentation else "x_train[batch]"
    penalty = " + penalty()" if chosen.l1 or chosen.l2 else ""
    lines = [
        "optimizer.zero_grad()",
        f"loss = criterion(model({inputs}), y_train[batch]){penalty}",
        "loss.backward()",
    ]
    if chosen.gradient_clipping:
        lines.append("nn.utils.clip_grad_norm_(model.parameters(), max_norm)")
    lines.append("optimizer.step()")
    if plan.recipe.optimizer.schedule.kind != "constant":
        lines.append("scheduler.step()")
    return lines


def _measure(plan: Plan, moment: str) -> list[str]:
    """Measure, tell, and choose the best weights."""
    metric, some = plan.metric, plan.train_sample
    by_loss = plan.recipe.training.select_by == "loss"
    value, better = ("val_loss", "<") if by_loss else (f"val_{metric}", ">")
    stops = plan.recipe.regularization.early_stopping is not None
    lines = [
        f"train_loss, train_{metric} = evaluate(x_train{some}, y_train{some})",
        f"val_loss, val_{metric} = evaluate(x_validation, y_validation)",
        "print(",
        f'    f"{moment}"',
        f'    f"  train loss {{train_loss:.4f}} {metric} {{train_{metric}:.3f}}"',
        f'    f"  validation loss {{val_loss:.4f}} {metric} {{val_{metric}:.3f}}"',
        ")",
        *(["waited += 1"] if stops else []),
        f"if {value} {better} best:",
        f"    best, waited = {value}, 0" if stops else f"    best = {value}",
        "    best_weights = copy.deepcopy(model.state_dict())",
    ]
    return lines + (["if waited == patience:", "    break"] if stops else [])
