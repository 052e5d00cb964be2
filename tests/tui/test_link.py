from tests.tui.recorded import NOW, recorded
from tui_trainer.tui.link import ByteRate, link_for
from tui_trainer.tui.plot.spans import text_of
from tui_trainer.tui.views import header
from tui_trainer.tui.watch import Watch

SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}


def test_updates_are_rarer_over_ssh_unless_asked_for() -> None:
    assert link_for({}).updates_per_s == 10
    assert link_for(SSH).updates_per_s == 5
    assert link_for(SSH, fps=8).updates_per_s == 8
    assert link_for({}, fps=2).tick_s == 0.5


def test_only_low_bandwidth_has_a_cap() -> None:
    assert link_for(SSH).bytes_per_s is None
    assert link_for({}, low_bandwidth=True).bytes_per_s == 2000


def test_the_rate_is_that_of_the_last_second() -> None:
    rate = ByteRate()
    assert rate.measured(5000, 10.0) is None
    assert rate.measured(6000, 11.0) == 1000
    assert rate.measured(9000, 11.1) == 1000
    assert rate.measured(8000, 13.0) == 1000
    assert rate.measured(8000, 14.0) == 0


def test_the_header_tells_the_rate_beside_the_best_value() -> None:
    watch = Watch(recorded("digits"))
    while watch.more:
        watch.read_new()
    watch.judge(NOW)
    for width in (80, 120):
        second = text_of(header.lines(watch, header.Figures.of(watch, NOW, 1840.0), width)[1])
        assert second.endswith(" · SSH 1.8 KB/s")
        assert "best at" in second
        assert len(second) == width
        assert "SSH" not in text_of(header.lines(watch, header.Figures.of(watch, NOW), width)[1])
