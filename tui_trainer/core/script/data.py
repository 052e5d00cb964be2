"""Step 1: read the samples, split them, standardize them on train."""

from pathlib import Path

from tui_trainer.core import datafiles
from tui_trainer.core.architectures import unit_activation
from tui_trainer.core.facts import OFFICIAL_SIZES
from tui_trainer.core.recipe import BundledSet, Data, TorchvisionSet
from tui_trainer.core.script.plan import Plan
from tui_trainer.core.script.toy import toy
from tui_trainer.core.script.writing import Step, string

_DATASETS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "cifar10": "CIFAR10"}


def data_root(data: Data, folder: Path | None = None) -> str:
    """What a script on this machine should read ``data`` from, ``folder`` being where to look.

    Where the files are not there, a folder to put them in.
    """
    looked_in = folder or datafiles.data_dir()
    if not isinstance(data, TorchvisionSet) or (folder is None and datafiles.missing_files(data)):
        return "data"
    return str(datafiles.root_of(looked_in, data.kind))


def data(plan: Plan) -> Step:
    """The samples as tensors: ``x_train``, ``y_train`` and so on."""
    uses = {"np", "torch"}
    blocks = [f"device = {plan.device}"] if plan.device else []
    if isinstance(plan.recipe.data, TorchvisionSet):
        uses.add("datasets")
        blocks += _torchvision(plan, plan.recipe.data)
        return Step("1 Data", blocks, frozenset(uses))
    if isinstance(plan.recipe.data, BundledSet):
        read, loader = _bundled(plan.recipe.data)
        uses.add(loader)
    else:
        read = toy(plan.recipe.data)
    blocks += ["\n".join(read), "\n".join(_split(plan)), "\n".join(_standardized(plan))]
    return Step("1 Data", blocks, frozenset(uses))


def _bundled(data: BundledSet) -> tuple[list[str], str]:
    """Lines that read a set, and the function of scikit-learn that they call."""
    match data.kind:
        case "digits" | "digits-even-odd":
            labels = "digits.target % 2  # even or odd" if data.kind != "digits" else "digits.target"
            return ["digits = load_digits()", f"x, y = digits.images[:, None], {labels}"], "load_digits"
        case name:
            loader = f"load_{name.replace('-', '_')}"
            lines = [f"x, y = {loader}(return_X_y=True)"]
            return lines + ["y = y[:, None]"] * (name == "diabetes"), loader


def _split(plan: Plan) -> list[str]:
    seed, fraction = plan.recipe.data.split_seed, plan.recipe.data.train_fraction
    return [
        *(_order("y", seed) if plan.facts.classes else [_shuffled("y", seed)]),
        "cuts = np.cumsum([round(0.7 * len(y)), round(0.15 * len(y))])",
        "train, validation, test = np.split(order, cuts)  # 70, 15 and 15 %",
        *([f"train = train[:{plan.facts.num_train}]  # {fraction:g} of them"] if fraction < 1 else []),
    ]


def _shuffled(labels: str, seed: int) -> str:
    return f"order = np.random.default_rng({seed}).permutation(len({labels}))"


def _order(labels: str, seed: int) -> list[str]:
    """The lines of ``core.splits``: the very samples go to train, validation and test."""
    return [
        "# In this order every stretch has its share of each class",
        _shuffled(labels, seed),
        f"place = np.empty(len({labels}))",
        f"for label in np.unique({labels}):",
        f"    members = np.flatnonzero({labels}[order] == label)",
        "    place[members] = (np.arange(len(members)) + 0.5) / len(members)",
        'order = order[np.argsort(place, kind="stable")]',
    ]


def _standardized(plan: Plan) -> list[str]:
    axis = "" if plan.facts.is_image else "axis=0"
    moved = ".to(device)" if plan.device else ""
    lines = [
        f"mean, std = x[train].mean({axis}), x[train].std({axis})",
        f"x = torch.tensor((x - mean) / std, dtype=torch.float32){moved}",
    ]
    if plan.is_regression:
        centred = unit_activation(plan.recipe, plan.facts) != "relu"
        lines += [
            "y_mean, y_std = y[train].mean(), y[train].std()" if centred else "y_std = y[train].std()",
            f"y = torch.tensor({'(y - y_mean)' if centred else 'y'} / y_std, dtype=torch.float32){moved}",
        ]
    elif plan.has_float_targets:
        lines.append(f"y = torch.tensor(y[:, None], dtype=torch.float32){moved}")
    else:
        lines.append(f"y = torch.tensor(y){moved}")
    parts = ("train", "validation", "test")
    return [*lines, *(f"x_{part}, y_{part} = x[{part}], y[{part}]" for part in parts)]


def _torchvision(plan: Plan, data: TorchvisionSet) -> list[str]:
    name, file_set = _DATASETS[data.kind], datafiles.FILE_SETS[data.kind]
    num_train = OFFICIAL_SIZES[data.kind][0]
    is_colour = data.kind == "cifar10"
    moved = ".to(device)" if plan.device else ""
    as_column = "[:, None].float()" if plan.has_float_targets else ""

    def samples(of: str) -> tuple[str, str]:
        if is_colour:
            return (
                f"torch.tensor({of}.data).permute(0, 3, 1, 2).float(){moved}",
                f"torch.tensor({of}.targets){as_column}{moved}",
            )
        return f"{of}.data.unsqueeze(1).float(){moved}", f"{of}.targets{as_column}{moved}"

    (x, y), (x_test, y_test) = samples("train_set"), samples("test_set")
    read = [
        f"root = {string(plan.root)}  # the folder that holds {file_set.folder}",
        f"# download=True fetches it ({file_set.megabytes} MB)",
        f"train_set = datasets.{name}(root, train=True, download=False)",
        f"test_set = datasets.{name}(root, train=False, download=False)",
        f"x = {x}",
        f"y = {y}",
    ]
    split = [
        "labels = np.array(train_set.targets)",
        *_order("labels", data.split_seed),
        f"train, validation = order[:{plan.facts.num_train}], order[{num_train}:]",
    ]
    moments = ["mean, std = x[train].mean(), x[train].std()"]
    if is_colour:
        moments = [
            f"{name} = x[train].{name}(dim=(0, 2, 3), keepdim=True)  # of each colour"
            for name in ("mean", "std")
        ]
    standardized = [
        *moments,
        "x_train, y_train = (x[train] - mean) / std, y[train]",
        "x_validation, y_validation = (x[validation] - mean) / std, y[validation]",
        f"x_test = {x_test}",
        "x_test = (x_test - mean) / std",
        f"y_test = {y_test}",
    ]
    return ["\n".join(lines) for lines in (read, split, standardized)]
