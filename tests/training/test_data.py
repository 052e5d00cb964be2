import gzip
import hashlib
import io
import pickle
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from math import prod
from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets
import torch

from tui_trainer.core import datafiles
from tui_trainer.core.facts import facts
from tui_trainer.core.recipe import (
    Blobs,
    BundledSet,
    Circles,
    Moons,
    Plane,
    Sine,
    Spirals,
    TorchvisionSet,
    Xor,
)
from tui_trainer.training.data import load
from tui_trainer.training.download import DownloadFailed, download, download_archive
from tui_trainer.training.torchvision_compat import CIFAR10
from tui_trainer.training.torchvision_sets import DataError, DataNotFound

SETS = [
    Moons(points=200),
    Blobs(points=203, classes=5),
    Sine(points=200),
    Circles(points=200),
    Spirals(points=200),
    Xor(points=200),
    Plane(points=200),
    *(BundledSet(kind=kind) for kind in ("digits", "breast-cancer", "diabetes", "iris", "wine")),
]


@pytest.mark.parametrize("data", SETS, ids=lambda data: data.kind)
def test_what_is_loaded_is_what_the_facts_say(data):
    about, loaded = facts(data), load(data)
    splits = [
        (loaded.train_x, loaded.train_y, about.num_train),
        (loaded.validation_x, loaded.validation_y, about.num_validation),
        (loaded.test_x, loaded.test_y, about.num_test),
    ]
    for x, y, size in splits:
        assert x.shape == (size, *about.input_shape)
        assert x.dtype == torch.float32
        assert y.shape == ((size,) if about.classes else (size, 1))
        assert y.dtype == (torch.int64 if about.classes else torch.float32)
        assert x.isfinite().all()
        assert y.isfinite().all()
    if about.classes:
        assert set(loaded.train_y.tolist()) == set(range(len(about.classes)))
    assert loaded.classes == about.classes


@pytest.mark.parametrize("data", SETS, ids=lambda data: data.kind)
def test_inputs_and_regression_targets_are_standardized_on_train(data):
    loaded, others = load(data), [2, 3] if facts(data).is_image else []
    std, mean = torch.std_mean(loaded.train_x, dim=[0, *others], correction=0)
    torch.testing.assert_close(mean, torch.zeros_like(mean), atol=1e-5, rtol=0)
    torch.testing.assert_close(std, torch.ones_like(std), atol=1e-5, rtol=0)
    if not loaded.classes:
        assert abs(loaded.train_y.mean()) < 1e-5
        assert abs(loaded.train_y.std(correction=0) - 1) < 1e-5


def test_regression_targets_come_back_in_original_units():
    loaded = load(BundledSet(kind="diabetes"))
    targets = torch.cat([loaded.train_y, loaded.validation_y, loaded.test_y]).squeeze(1)
    original = torch.from_numpy(sklearn.datasets.load_diabetes().target).float()
    restored = targets * loaded.target_std + loaded.target_mean
    torch.testing.assert_close(restored.sort().values, original.sort().values)


def test_no_sample_is_in_two_splits_and_none_is_lost():
    loaded = load(BundledSet(kind="breast-cancer"))
    rows = torch.cat([loaded.train_x, loaded.validation_x, loaded.test_x])
    assert len({tuple(row) for row in rows.tolist()}) == len(rows) == 569


def test_splits_follow_the_split_seed_and_a_fraction_is_part_of_the_whole():
    whole = load(BundledSet())
    assert (load(BundledSet(split_seed=1)).test_y != whole.test_y).any()
    again = load(BundledSet())
    torch.testing.assert_close(whole.train_x, again.train_x, atol=0, rtol=0)

    part = load(BundledSet(train_fraction=0.25))
    assert len(part.train_y) == 314
    torch.testing.assert_close(part.train_y, whole.train_y[:314])
    torch.testing.assert_close(part.test_y, whole.test_y)
    counts = part.train_y.bincount()
    assert counts.max() - counts.min() <= 2


def test_runs_of_one_worker_share_what_they_have_in_common():
    first, other = Moons(points=50), Moons(points=50, split_seed=1)
    loaded = load(first)
    assert load(first) is loaded
    assert load(first, center_targets=False) is not loaded
    assert not torch.equal(load(other).train_x, loaded.train_x)


def test_a_column_that_never_varies_stays_finite():
    loaded = load(Blobs(points=100, classes=2, noise=0))
    assert loaded.train_x.isfinite().all()
    digits = load(BundledSet(train_fraction=0.0005))
    assert len(digits.train_x) == 1
    constant = load(Moons(points=20, train_fraction=0.01))
    assert constant.train_x.tolist() == [[0.0, 0.0]]
    assert constant.test_x.isfinite().all()


def test_the_content_hash_follows_the_samples_alone():
    hashes = [load(data).content_hash for data in (Moons(), Moons(split_seed=5), Moons(train_fraction=0.5))]
    assert len(set(hashes)) == 1
    assert load(Moons(seed=1)).content_hash != hashes[0]
    assert len({load(data).content_hash for data in SETS}) == len(SETS)


def plain_name(name: str) -> str:
    """scikit-learn's name as a person writes it."""
    words = name.removesuffix(" (cm)").replace("_", " ")
    return {
        "od280/od315 of diluted wines": "OD280/OD315 of diluted wines",
        **{f"class {number}": f"cultivar {number + 1}" for number in range(3)},
    }.get(words, words)


@pytest.mark.parametrize(
    ("name", "original"),
    [
        ("digits", sklearn.datasets.load_digits()),
        ("iris", sklearn.datasets.load_iris()),
        ("wine", sklearn.datasets.load_wine()),
        ("breast-cancer", sklearn.datasets.load_breast_cancer()),
        ("diabetes", sklearn.datasets.load_diabetes(scaled=False)),
    ],
)
def test_shipped_sets_equal_scikit_learns_own(name, original):
    folder = Path(datafiles.__file__).parents[1] / "data"
    about = facts(BundledSet(kind=name))
    shipped = np.load(folder / f"{name}.npz", allow_pickle=False)
    np.testing.assert_array_equal(shipped["x"].reshape(len(original.data), -1), original.data)
    np.testing.assert_array_equal(shipped["y"], original.target)
    if about.classes:
        assert tuple(shipped["classes"]) == about.classes
        assert [plain_name(str(name)) for name in original.target_names] == list(about.classes)
    if about.features:
        assert tuple(shipped["features"]) == about.features
        assert [plain_name(str(name)) for name in original.feature_names] == list(about.features)
    assert f"## {name}\n" in (folder / "DATA_LICENSES.md").read_text()


# MNIST


def idx(shape: tuple[int, ...], values: bytes = b"") -> bytes:
    header = b"\0\0\x08" + bytes([len(shape)]) + b"".join(size.to_bytes(4, "big") for size in shape)
    return header + values.ljust(prod(shape), b"\0")


@pytest.fixture
def made_up_mnist(tmp_path: Path) -> Path:
    """Files of the official format and size: the labels count up, each image is filled with its label."""
    raw = tmp_path / "data" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, shape in datafiles.FILE_SETS["mnist"].files.items():
        labels = (np.arange(shape[0]) % 10).astype(np.uint8)
        values = np.broadcast_to(labels.reshape(-1, *[1] * (len(shape) - 1)), shape)
        (raw / name).write_bytes(idx(shape, values.tobytes()))
    return tmp_path / "data"


def test_mnist_keeps_its_test_set_and_gives_a_tenth_to_validation(made_up_mnist):
    loaded = load(TorchvisionSet(train_fraction=0.1), data_dir=made_up_mnist)
    assert loaded.train_x.shape == (5_400, 1, 28, 28)
    assert loaded.validation_y.bincount().tolist() == [600] * 10
    assert loaded.test_y.tolist() == [number % 10 for number in range(10_000)]
    assert abs(loaded.train_x.mean()) < 1e-4
    for x, y in ((loaded.train_x, loaded.train_y), (loaded.test_x, loaded.test_y)):
        in_order = x[:, 0, 14, 14][y.argsort()]
        assert (in_order.diff() >= 0).all()


@pytest.mark.parametrize("inside", ["", "MNIST", "MNIST/raw"])
def test_the_folder_may_be_mnists_own(made_up_mnist, inside, monkeypatch):
    monkeypatch.setenv("TUI_TRAINER_DATA", str(made_up_mnist / inside))
    assert datafiles.missing_files(TorchvisionSet()) == ()
    assert datafiles.root_of(datafiles.data_dir(), "mnist") == made_up_mnist


def test_absent_mnist_says_how_to_get_it(home):
    with pytest.raises(DataNotFound) as error:
        load(TorchvisionSet())
    assert str(error.value) == (
        "mnist is not on this machine (11 MB). --download downloads it; or put the four files in "
        f"{home}/data/MNIST/raw (no internet here? copy them)."
    )
    assert datafiles.absence(TorchvisionSet(), download="d downloads it").startswith(
        "mnist is not on this machine (11 MB). d downloads it; or put"
    )
    assert datafiles.absence(BundledSet()) == ""


def test_one_absent_file_is_named(made_up_mnist):
    (made_up_mnist / "MNIST/raw/t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataNotFound, match=r"or put t10k-labels-idx1-ubyte in .*MNIST/raw"):
        load(TorchvisionSet(), data_dir=made_up_mnist)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (idx((10_000,))[:-3], r"t10k-labels-idx1-ubyte has 10,005 bytes instead of 10,008"),
        (idx((10_000,)) + b"more", r"t10k-labels-idx1-ubyte has 10,012 bytes instead of 10,008"),
        (gzip.compress(idx((10_000,)), mtime=0), r"t10k-labels-idx1-ubyte is not an idx file of 10000 bytes"),
        (b"", r"t10k-labels-idx1-ubyte is not an idx file"),
        (idx((10_000,), b"\x0a"), r"labels above 9"),
    ],
)
def test_damaged_files_are_named(made_up_mnist, content, message):
    (made_up_mnist / "MNIST/raw/t10k-labels-idx1-ubyte").write_bytes(content)
    with pytest.raises(DataError, match=message):
        load(TorchvisionSet(), data_dir=made_up_mnist)


def test_the_real_mnist(mnist_folder):
    loaded = load(TorchvisionSet(), data_dir=mnist_folder)
    assert loaded.train_x.shape == (54_000, 1, 28, 28)
    assert loaded.test_y.bincount().tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    everything = loaded.train_y.bincount() + loaded.validation_y.bincount()
    assert everything.tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]


def test_even_or_odd_is_the_digits_parity():
    digits, parity = load(BundledSet(kind="digits")), load(BundledSet(kind="digits-even-odd"))
    assert parity.classes == ("even", "odd")
    counts = sum(split.bincount() for split in (digits.train_y, digits.validation_y, digits.test_y))
    halves = sum(split.bincount() for split in (parity.train_y, parity.validation_y, parity.test_y))
    assert halves.tolist() == [counts[::2].sum(), counts[1::2].sum()]


# Fashion-MNIST and CIFAR-10


def test_fashion_mnist_is_read_from_files_of_its_own(tmp_path):
    raw = tmp_path / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for path, shape in datafiles.files_of("fashion-mnist", tmp_path).items():
        labels = (np.arange(shape[0]) % 10).astype(np.uint8)
        values = np.broadcast_to(labels.reshape(-1, *[1] * (len(shape) - 1)), shape)
        path.write_bytes(idx(shape, values.tobytes()))
    loaded = load(TorchvisionSet(kind="fashion-mnist", train_fraction=0.01), data_dir=tmp_path)
    assert loaded.train_x.shape == (540, 1, 28, 28)
    assert loaded.classes[9] == "ankle boot"
    assert loaded.test_y.tolist() == [number % 10 for number in range(10_000)]


@pytest.fixture
def made_up_cifar10(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of the official format and size, and their MD5s in the place of the official ones.

    Each image is filled with its label, ten times that in green and twenty times in blue.
    """
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    classes = list(facts(TorchvisionSet(kind="cifar10")).classes)

    def write(name: str, content: dict[str, object]) -> list[str]:
        data = pickle.dumps(content)
        (folder / name).write_bytes(data)
        return [name, hashlib.md5(data).hexdigest()]

    def batch(name: str) -> list[str]:
        labels = [number % 10 for number in range(10_000)]
        colours = np.repeat([1, 10, 20], 1024).astype(np.uint8)
        return write(name, {"data": np.outer(labels, colours).astype(np.uint8), "labels": labels})

    train = [batch(f"data_batch_{number}") for number in range(1, 6)]
    meta = write("batches.meta", {"label_names": classes})
    monkeypatch.setattr(CIFAR10, "train_list", train)
    monkeypatch.setattr(CIFAR10, "test_list", [batch("test_batch")])
    monkeypatch.setattr(CIFAR10, "meta", {"filename": meta[0], "key": "label_names", "md5": meta[1]})
    return tmp_path


def test_cifar10_is_read_in_colour(made_up_cifar10):
    loaded = load(TorchvisionSet(kind="cifar10", train_fraction=0.02), data_dir=made_up_cifar10)
    assert loaded.train_x.shape == (900, 3, 32, 32)
    assert loaded.validation_y.bincount().tolist() == [500] * 10
    assert loaded.test_y.tolist() == [number % 10 for number in range(10_000)]
    for channel in range(3):  # standardized apart, all three rise with the label
        in_order = loaded.test_x[:, channel, 5, 5][loaded.test_y.argsort()]
        assert (in_order.diff() >= 0).all()
        assert in_order[-1] > in_order[0]
    assert datafiles.absence(TorchvisionSet(kind="cifar10"), made_up_cifar10 / "cifar-10-batches-py") == ""


def test_a_pickle_that_is_not_the_official_one_is_not_opened(made_up_cifar10):
    class Harm:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (pytest.fail, ("the pickle was opened",))

    (made_up_cifar10 / "cifar-10-batches-py/data_batch_3").write_bytes(pickle.dumps(Harm()))
    with pytest.raises(DataError, match=r"not the official one"):
        load(TorchvisionSet(kind="cifar10"), data_dir=made_up_cifar10)


def test_absent_cifar10_says_how_large_it_is(home):
    with pytest.raises(DataNotFound, match=r"cifar10 is not on this machine \(170 MB\).*the seven files in"):
        load(TorchvisionSet(kind="cifar10"))


# Downloads


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A web server on this machine: its address and the folder it serves."""
    folder = tmp_path / "mirror"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", folder
    server.shutdown()
    thread.join()
    server.server_close()


def serve(folder: Path, name: str, content: bytes) -> tuple[str, str]:
    packed = gzip.compress(content, mtime=0)
    (folder / f"{name}.gz").write_bytes(packed)
    return f"{name}.gz", hashlib.md5(packed).hexdigest()


def test_a_download_unpacks_and_tells_how_far_it_is(mirror, tmp_path):
    address, folder = mirror
    content = np.random.default_rng(0).bytes(200_000)
    resources = [serve(folder, "first", content), serve(folder, "second", b"short")]
    heard: list[tuple[int, int | None]] = []
    download([address], resources, tmp_path / "raw", lambda done, total: heard.append((done, total)))
    assert sorted(path.name for path in (tmp_path / "raw").iterdir()) == ["first", "second"]
    assert (tmp_path / "raw" / "first").read_bytes() == content
    size = (folder / "first.gz").stat().st_size
    assert len(heard) >= 5
    assert (size, size) in heard
    assert all(total is not None and done <= total for done, total in heard)


def test_an_archive_is_unpacked_and_nothing_in_it_leads_outside(mirror, tmp_path):
    address, folder = mirror

    def pack(name: str) -> str:
        with tarfile.open(folder / "set.tar.gz", "w:gz") as archive:
            entry = tarfile.TarInfo(name)
            entry.size = 7
            archive.addfile(entry, io.BytesIO(b"content"))
        return hashlib.md5((folder / "set.tar.gz").read_bytes()).hexdigest()

    download_archive(f"{address}set.tar.gz", pack("files/one"), tmp_path / "data")
    assert (tmp_path / "data/files/one").read_bytes() == b"content"
    with pytest.raises(DownloadFailed, match=r"set\.tar\.gz"):
        download_archive(f"{address}set.tar.gz", pack("../outside"), tmp_path / "other")
    assert not (tmp_path / "outside").exists()
    assert list((tmp_path / "other").iterdir()) == []


def test_another_mirror_is_tried(mirror, tmp_path):
    address, folder = mirror
    resources = [serve(folder, "file", b"content")]
    download([f"{address}nowhere/", address], resources, tmp_path)
    assert (tmp_path / "file").read_bytes() == b"content"


@pytest.mark.parametrize("spoilt", ["another content", "absent", "no server"])
def test_a_failed_download_leaves_nothing(mirror, tmp_path, spoilt):
    address, folder = mirror
    name, md5 = serve(folder, "file", b"content")
    if spoilt == "another content":
        serve(folder, "file", b"changed")
    elif spoilt == "absent":
        (folder / name).unlink()
    else:
        address = "http://127.0.0.1:1/"
    with pytest.raises(
        DownloadFailed, match=r"^file.gz could not be downloaded \(http://127.0.0.1:\d+/file.gz"
    ):
        download([address], [(name, md5)], tmp_path / "raw")
    assert list((tmp_path / "raw").iterdir()) == []


def test_an_aborted_download_leaves_nothing(mirror, tmp_path):
    def abort(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    address, folder = mirror
    with pytest.raises(KeyboardInterrupt):
        download([address], [serve(folder, "file", b"content")], tmp_path / "raw", abort)
    assert list((tmp_path / "raw").iterdir()) == []
