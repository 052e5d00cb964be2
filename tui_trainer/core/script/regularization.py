"""Step 5: regularization."""

from tui_trainer.core.recipe import L1, L2, Augmentation
from tui_trainer.core.script.plan import Plan
from tui_trainer.core.script.writing import Step, exploded

_TITLE = "5 Regularization"
_SAMPLING = ("x", "grid", 'padding_mode="border"', "align_corners=False")


def regularization(plan: Plan) -> Step:
    """What the loop needs of it: ``penalty``, ``augment``, ``max_norm``, ``patience``."""
    chosen = plan.recipe.regularization
    uses: set[str] = set()
    lines: list[str] = []
    blocks: list[str] = []
    kinds = {layer.kind for layer in plan.table}
    named = ("dropout", "batch-norm") if chosen.batch_norm else ("dropout",)
    if inside := [kind.replace("-", " ") for kind in named if kind in kinds]:
        lines.append(f"# {' and '.join(inside)}: layers of the model")
    if clipping := chosen.gradient_clipping:
        lines.append(f"max_norm = {clipping.max_norm!r}  # a longer gradient is shortened to it")
    if stopping := chosen.early_stopping:
        lines.append(f"patience = {stopping.patience}  # evaluations without improvement")
    if chosen.l1 or chosen.l2:
        # Of linear and convolutional layers; biases and batch norms have one dimension.
        lines.append("weights = [w for w in model.parameters() if w.dim() > 1]  # no biases")
        blocks.append(_penalty(chosen.l1, chosen.l2))
    if augmentation := chosen.augmentation:
        uses |= {"torch", "F", "math"} if plan.facts.is_image else {"torch"}
        blocks.append(_augmentation(plan, augmentation))
    if not lines and not blocks:
        lines.append("# none")
    if not lines:
        return Step(_TITLE, blocks, frozenset(uses))
    return Step(_TITLE, ["\n".join(lines), *blocks], frozenset(uses))


def _penalty(l1: L1 | None, l2: L2 | None) -> str:
    terms = []
    if l1:
        terms.append(
            ("L1: lambda times the sum of |w|", f"{l1.strength!r} * sum(w.abs().sum() for w in weights)")
        )
    if l2:
        terms.append(
            ("L2: lambda times the sum of w^2", f"{l2.strength!r} * sum((w**2).sum() for w in weights)")
        )
    lines = [
        "def penalty():",
        f'    """{"; ".join(words for words, _ in terms)}."""',
    ]
    if len(terms) == 1:
        return "\n".join([*lines, f"    return {terms[0][1]}"])
    names = ("l1", "l2")
    lines += [f"    {name} = {term}" for name, (_, term) in zip(names, terms, strict=True)]
    return "\n".join([*lines, "    return l1 + l2"])


def _augmentation(plan: Plan, how: Augmentation) -> str:
    on_device = ", device=x.device" if plan.device else ""
    if not plan.facts.is_image:
        return (
            "def augment(x):\n"
            '    """Add noise, in deviations of each column."""\n'
            f"    return x + {how.noise!r} * torch.randn_like(x)"
        )
    flips = how.flip and plan.facts.may_flip
    turned = "Turn, mirror and shift" if flips else "Turn and shift"
    lines = [
        "def augment(x):",
        f'    """{turned} each image a little, in its own way."""',
        "    n = len(x)",
        f"    angle = math.radians({how.rotation!r}) * (2 * torch.rand(n{on_device}) - 1)",
        f"    shift = {2 * how.shift!r} * (2 * torch.rand(n, 2, 1{on_device}) - 1)",
        "    cos, sin = angle.cos(), angle.sin()",
    ]
    if flips:
        lines += [
            f"    mirror = 1 - 2 * torch.randint(2, (n,){on_device})",
            "    turn = torch.stack([mirror * cos, -sin, mirror * sin, cos], dim=1)",
        ]
    else:
        lines.append("    turn = torch.stack([cos, -sin, sin, cos], dim=1)")
    lines += [
        "    moves = torch.cat([turn.reshape(n, 2, 2), shift], dim=2)",
        "    grid = F.affine_grid(moves, x.shape, align_corners=False)",
        exploded("F.grid_sample", _SAMPLING, before="return ", indent="    "),
    ]
    return "\n".join(lines)
