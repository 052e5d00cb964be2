from tui_trainer.training import progress
from tui_trainer.training.progress import DownloadProgress


def test_a_download_tells_its_rate_and_time_to_go_once_a_second(monkeypatch):
    now = 50.0
    monkeypatch.setattr(progress, "perf_counter", lambda: now)
    download = DownloadProgress()
    told = []
    for tenth in range(1, 41):  # 0.1 MB in every tenth of a second
        now = 50.0 + tenth / 10
        told.append(download.tell(tenth * 100_000, 10_000_000))
    said = [text for text in told if text]
    assert said[0] == "downloading: 1.0 of 10.0 MB, 1.0 MB/s, 9 s to go"
    assert 3 <= len(said) <= 4


def test_each_file_has_its_own_rate_and_an_unknown_length_no_end(monkeypatch):
    now = 50.0
    monkeypatch.setattr(progress, "perf_counter", lambda: now)
    download = DownloadProgress()
    now = 60.0
    download.tell(9_000_000, 9_000_000)
    assert download.tell(0, None) == ""
    now = 62.0
    assert download.tell(4_000_000, None) == "downloading: 4.0 MB, 2.0 MB/s"
