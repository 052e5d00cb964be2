"""What ends a run at logout, told from files and an environment as systems have them."""

from pathlib import Path

import pytest

from tui_trainer.core.detaching import end_of_runs

IN_SESSION = "0::/user.slice/user-1000.slice/session-3.scope\n"
IN_SESSION_V1 = (
    "12:pids:/user.slice/user-1000.slice\n1:name=systemd:/user.slice/user-1000.slice/session-c2.scope\n"
)
UNDER_USER_MANAGER = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-term.scope\n"
ELSEWHERE = "0::/system.slice/cron.service\n"
KILLS = "[Login]\n#KillUserProcesses=no\nKillUserProcesses=yes\n"


@pytest.fixture
def system(tmp_path: Path):
    """Writes files of a system, and tells what ends a run of ada's on it."""

    def told(groups: str, files: dict[str, str] | None = None, **environment: str) -> str:
        for name, text in {"proc/self/cgroup": groups, **(files or {})}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        return end_of_runs(root=tmp_path, environment=environment, user="ada")

    return told


@pytest.mark.parametrize("groups", [IN_SESSION, IN_SESSION_V1])
def test_a_session_whose_processes_are_killed_is_told_with_the_file_and_the_remedy(system, groups: str):
    sentence = system(groups, {"etc/systemd/logind.conf": KILLS})
    assert "KillUserProcesses=yes in" in sentence
    assert "etc/systemd/logind.conf" in sentence
    assert "loginctl enable-linger" in sentence
    assert "systemd-run --user --scope" in sentence


@pytest.mark.parametrize(
    ("files", "kills"),
    [
        ({}, False),
        ({"etc/systemd/logind.conf": "[Login]\n#KillUserProcesses=yes\n"}, False),
        ({"etc/systemd/logind.conf": "[Other]\nKillUserProcesses=yes\n"}, False),
        ({"run/systemd/logind.conf": KILLS}, True),
        ({"etc/systemd/logind.conf": "[Login]\n", "run/systemd/logind.conf": KILLS}, False),
        ({"usr/lib/systemd/logind.conf.d/10-kill.conf": KILLS}, True),
        (
            {
                "etc/systemd/logind.conf": KILLS,
                "run/systemd/logind.conf.d/50-keep.conf": "[Login]\nKillUserProcesses=false\n",
            },
            False,
        ),
        (
            {
                "run/systemd/logind.conf.d/90-kill.conf": "[Login]\nKillUserProcesses = 1\n",
                "etc/systemd/logind.conf.d/50-keep.conf": "[Login]\nKillUserProcesses=no\n",
            },
            True,
        ),
        (
            {
                "usr/lib/systemd/logind.conf.d/50-kill.conf": KILLS,
                "etc/systemd/logind.conf.d/50-kill.conf": "",
            },
            False,
        ),
        ({"etc/systemd/logind.conf": KILLS + "KillExcludeUsers=root ada\n"}, False),
        ({"etc/systemd/logind.conf": KILLS + "KillOnlyUsers=eve\n"}, False),
        ({"etc/systemd/logind.conf": KILLS + "KillOnlyUsers=eve\nKillOnlyUsers=ada\n"}, True),
        ({"etc/systemd/logind.conf": KILLS + "KillExcludeUsers=ada\nKillExcludeUsers=\n"}, True),
    ],
)
def test_logind_is_believed_as_it_reads_its_own_files(system, files: dict[str, str], kills: bool):
    assert bool(system(IN_SESSION, files)) == kills


def test_under_the_user_s_manager_only_lingering_outlasts_the_last_session(system):
    assert "loginctl enable-linger once" in system(UNDER_USER_MANAGER, {"etc/systemd/logind.conf": KILLS})
    assert system(UNDER_USER_MANAGER, {"var/lib/systemd/linger/ada": ""}) == ""


def test_a_job_of_slurm_ends_what_it_started(system):
    sentence = system(IN_SESSION, SLURM_JOB_ID="77\x1b[2J")
    assert "Slurm ends it with job 77, in tmux too" in sentence
    assert "sbatch" in sentence


def test_where_nothing_ends_it_nothing_is_said(system, tmp_path: Path):
    assert system(ELSEWHERE, {"etc/systemd/logind.conf": KILLS}) == ""
    assert end_of_runs(root=tmp_path / "nothing", environment={}, user="ada") == ""
