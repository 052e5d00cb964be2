"""Step 4: the optimizer, its batches and its schedule."""

from tui_trainer.core import recipe
from tui_trainer.core.script.plan import Plan
from tui_trainer.core.script.writing import Step, call


def optimizer(plan: Plan) -> Step:
    """``optimizer`` and, where the learning rate changes, ``scheduler``."""
    training = plan.recipe.training
    size = "len(x_train)  # all in each step" if training.batch_size == "all" else str(training.batch_size)
    name, settings = _settings(plan.recipe.optimizer)
    lines = [
        f"epochs = {training.epochs}",
        f"batch_size = {size}",
        call(f"torch.optim.{name}", ["model.parameters()", *settings], before="optimizer = "),
    ]
    if schedule := _schedule(plan):
        lines += [_num_steps(plan), *schedule]
    text = "\n".join(lines)
    return Step("4 Optimizer", [text], frozenset({"torch", "math"} if "math." in text else {"torch"}))


def _settings(optimizer: recipe.Optimizer) -> tuple[str, list[str]]:
    """PyTorch's name and arguments, but for those that are its defaults and say little."""
    lr = f"lr={optimizer.lr!r}"
    match optimizer:
        case recipe.GradientDescent():
            return "SGD", [lr]
        case recipe.Momentum(kind=kind, momentum=momentum):
            nesterov = ["nesterov=True"] if kind == "nesterov" and momentum > 0 else []
            return "SGD", [lr, f"momentum={momentum!r}", *nesterov]
        case recipe.AdaGrad(epsilon=epsilon):
            return "Adagrad", [lr, *_unless(epsilon, 1e-10, "eps")]
        case recipe.RMSprop(decay=decay, epsilon=epsilon):
            return "RMSprop", [lr, f"alpha={decay!r}", *_unless(epsilon, 1e-8, "eps")]
        case recipe.Adam(beta1=beta1, beta2=beta2, epsilon=epsilon):
            betas = _unless((beta1, beta2), (0.9, 0.999), "betas")
            return "Adam", [lr, *betas, *_unless(epsilon, 1e-8, "eps")]
        case recipe.AdamW(beta1=beta1, beta2=beta2, epsilon=epsilon, weight_decay=decay):
            betas = _unless((beta1, beta2), (0.9, 0.999), "betas")
            return "AdamW", [lr, *betas, *_unless(epsilon, 1e-8, "eps"), f"weight_decay={decay!r}"]


def _unless(value: object, default: object, name: str) -> list[str]:
    return [] if value == default else [f"{name}={value!r}"]


def _num_steps(plan: Plan) -> str:
    if plan.leaves_last_sample:
        return "num_steps = epochs * (len(x_train) // batch_size)"
    return "num_steps = epochs * math.ceil(len(x_train) / batch_size)"


def _schedule(plan: Plan) -> list[str]:
    """Lines that leave ``scheduler``, which is to be stepped after each update."""
    optimizer = plan.recipe.optimizer
    last = "num_steps - 1" if plan.steps_per_epoch * plan.recipe.training.epochs > 1 else "1"
    match optimizer.schedule:
        case recipe.Constant():
            return []
        case recipe.StepDecay(drops=drops, gamma=gamma):
            parts = drops + 1
            name, settings = "MultiStepLR", ["milestones=drops", f"gamma={gamma!r}"]
            lines = [f"drops = [math.ceil(k * num_steps / {parts}) for k in range(1, {parts})]"]
        case recipe.Cosine(floor=floor):
            lines, name, settings = [], "CosineAnnealingLR", [f"T_max={last}"]
            if floor:
                settings.append(f"eta_min={optimizer.lr * floor!r}")
        case recipe.OneCycle(rise=rise, start=start):
            lines, name = [], "OneCycleLR"
            settings = [
                f"max_lr={optimizer.lr!r}",
                "total_steps=num_steps",
                f"pct_start={rise!r}",
                f"div_factor={1 / start!r}",
                "cycle_momentum=False",
            ]
        case recipe.Warmup(rise=rise):
            lines, name = [f"rising = max(1, round({rise!r} * num_steps))"], "LambdaLR"
            settings = ["lambda step: min(1.0, (step + 1) / rising)"]
    scheduler = f"torch.optim.lr_scheduler.{name}"
    return [*lines, call(scheduler, ["optimizer", *settings], before="scheduler = ")]
