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
_PLACE = (
    "place = np.empty(len(y))",
    "for label in np.unique(y):",
    "    members = np.flatnonzero(y[order] == label)",
    "    place[members] = (np.arange(len(members)) + 0.5) / len(members)",
    'order = order[np.argsort(place, kind="stable")]',
)


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
    fraction = plan.recipe.data.train_fraction
    return [
        *_order(plan, "y"),
        "cuts = np.cumsum([round(0.7 * len(y)), round(0.15 * len(y))])",
        "train, validation, test = np.split(order, cuts)  # 70, 15 and 15 %",
        *([f"train = train[: {plan.facts.num_train}]  # {fraction:g} of them"] if fraction < 1 else []),
    ]


def _order(plan: Plan, samples: str) -> list[str]:
    seed = plan.recipe.data.split_seed
    shuffled = f"order = np.random.default_rng({seed}).permutation(len({samples}))"
    if plan.is_regression:
        return [shuffled]
    return ["# In this order every stretch has its share of each class", shuffled, *_PLACE]


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
    is_colour = data.kind == "cifar10"
    x = "torch.tensor({}.data).permute(0, 3, 1, 2)" if is_colour else "{}.data.unsqueeze(1)"
    y = "torch.tensor({}.targets)" if is_colour else "{}.targets"
    num_shared = sum(OFFICIAL_SIZES[data.kind][:2])
    num_train = OFFICIAL_SIZES[data.kind][0]
    read = [
        f"root = {string(plan.root)}  # the folder that holds {file_set.folder}",
        f"# download=True fetches it ({file_set.megabytes} MB)",
        f"official_train = datasets.{name}(root, train=True, download=False)",
        f"official_test = datasets.{name}(root, train=False, download=False)",
        f"x = {x.format('official_train')}.float()",
        f"y = {y.format('official_train')}",
    ]
    split = [
        *(line.replace("(y)", "(labels)").replace("y[", "labels[") for line in _order(plan, "labels")),
        f"train, validation = order[:{plan.facts.num_train}], order[{num_train}:]",
    ]
    split.insert(1, "labels = y.numpy()")
    assert num_shared == num_train + plan.facts.num_validation
    moments = ["mean, std = x[train].mean(), x[train].std()"]
    if is_colour:
        moments = [
            "mean = x[train].mean(dim=(0, 2, 3), keepdim=True)",
            "std = x[train].std(dim=(0, 2, 3), keepdim=True)",
        ]
    standardized = [
        *moments,
        "x_train, y_train = (x[train] - mean) / std, y[train]",
        "x_validation, y_validation = (x[validation] - mean) / std, y[validation]",
        f"x_test = ({x.format('official_test')}.float() - mean) / std",
        f"y_test = {y.format('official_test')}",
    ]
    if plan.has_float_targets:
        standardized += [f"y_{part} = y_{part}[:, None].float()" for part in ("train", "validation", "test")]
    if plan.device:
        for part in ("train", "validation", "test"):
            standardized.append(f"x_{part}, y_{part} = x_{part}.to(device), y_{part}.to(device)")
    return ["\n".join(lines) for lines in (read, split, standardized)]
