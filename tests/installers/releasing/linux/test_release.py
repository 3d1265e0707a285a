"""`make release`: which files it makes, that they are the same twice, and that they can be checked."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from host import VERSION
from installers import build
from installers.releasing import contents, inventory, release
from installers.windows import portable, setup
from tests.system import SOAK

ALL = {
    f"giochoi_{VERSION}_amd64.deb", f"giochoi-setup-{VERSION}.exe", "giochoi-verify.exe", "giochoi-verify.pyz",
    f"giochoi-{VERSION}.tar.gz", f"giochoi-{VERSION}-py3-none-any.whl", f"giochoi-{VERSION}.cdx.json",
    "THIRD-PARTY.txt", "SHA256SUMS",
}  # fmt: skip
needs = lambda tool: pytest.mark.skipif(shutil.which(tool) is None, reason=f"needs {tool}")  # noqa: E731 - a decorator


def wheel(folder: Path, name: str, about: str, texts: dict[str, str], tag: str = "py3-none-any") -> Path:
    made = folder / f"{name}-1.0-{tag}.whl"
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{about}")
        for path, text in texts.items():
            archive.writestr(path, text)
    return made


@pytest.fixture
def parts(tmp_path):
    """Three packages: one that says all, one of old habits that is compiled, one without a text."""
    found: dict[str, contents.Part] = {}
    contents.gather(found, "deb", [
        wheel(tmp_path, "one", "License-Expression: MIT\nRequires-Dist: two>=1\nRequires-Dist: three; extra == 'x'\n",
              {"one-1.0.dist-info/licenses/LICENSE": "You may."}),
        wheel(tmp_path, "two", "License: MIT\nAuthor: Somebody\n", {"two/LICENSE.txt": "You may."}, "cp311-cp311-linux_x86_64"),
        wheel(tmp_path, "three", "Classifier: License :: OSI Approved :: BSD License\nAuthor: Else\n", {}),
    ])  # fmt: skip
    contents.gather(found, "windows", [wheel(tmp_path, "two", "License: MIT\n", {}, "cp313-cp313-win_amd64")])
    return sorted(found.values(), key=lambda part: part.name)


@pytest.fixture
def installers(tmp_path):
    """What stands for the installers: a package that says who it is, and what begins as a program of Windows does."""
    root, setup, verifier = tmp_path / "root", tmp_path / "setup.exe", tmp_path / "verifier.exe"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN/control").write_text(
        f"Package: giochoi\nVersion: {VERSION}\nArchitecture: amd64\nMaintainer: us <us@example.org>\nDescription: one\n"
    )
    setup.write_bytes(b"MZ set-up")
    verifier.write_bytes(b"MZ verifier")
    subprocess.run(["dpkg-deb", "--build", root, tmp_path / "made.deb"], check=True, stdout=subprocess.DEVNULL)
    return ["--deb", str(tmp_path / "made.deb"), "--setup", str(setup), "--verifier", str(verifier)]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch, parts):
    """What pip downloads is shown in tests/compliance/test_carried.py, and where the installers are built."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    monkeypatch.setattr(release.contents, "of_lock", lambda: parts)
    monkeypatch.setattr(release.verifier, "main", lambda out: Path(out).write_bytes(b"verifier"))


@needs("dpkg-deb")
def test_a_release_is_whole_the_same_twice_and_says_that_it_is_not_signed(tmp_path, installers, capsys):
    for name in ("first", "second")[: 1 + SOAK]:
        assert build.DOORS["release"] == release.__name__
        assert release.main([*installers, "--out", str(tmp_path / name)]) == 0
        assert "NOT SIGNED" in capsys.readouterr().out

    made = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in tmp_path.glob("[fs][ie][rc]*")]
    assert set(made[0]) == ALL
    assert [name for name in ALL if made[0][name] != made[-1][name]] == []
    check = ["sha256sum", "--check", "SHA256SUMS"]
    checked = subprocess.run(check, cwd=tmp_path / "first", capture_output=True, text=True, check=True)
    assert checked.stdout.count(": OK\n") == len(ALL) - 1


@needs("minisign")
@needs("dpkg-deb")
def test_the_signature_holds_for_these_sums_and_this_version(tmp_path, installers, monkeypatch):
    """And for nothing that was changed since."""
    monkeypatch.setattr(release, "_python_packages", lambda _: None)
    subprocess.run(["minisign", "-G", "-W", "-p", "key.pub", "-s", "key"], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    out = tmp_path / "out"
    release.main([*installers, "--out", str(out), "--key", str(tmp_path / "key")])
    verify = ["minisign", "-V", "-m", "SHA256SUMS", "-p", str(tmp_path / "key.pub")]

    said = subprocess.run(verify, cwd=out, check=True, capture_output=True, text=True).stdout
    assert f"giochoi {VERSION}" in said
    sums = out / "SHA256SUMS"
    sums.write_text(sums.read_text().replace("0", "1", 1))
    assert subprocess.run(verify, cwd=out, check=False, capture_output=True).returncode != 0


@needs("dpkg-deb")
def test_what_is_for_windows_is_built_as_it_is_told(tmp_path, installers, monkeypatch):
    """With the words that their own doors know; only the set-up looks for newer versions."""
    asked = []

    def built(parser):
        def build(words):
            asked.append(parser().parse_args(words))
            asked[-1].out.write_bytes(b"MZ built")
            return 0

        return build

    monkeypatch.setattr(setup, "main", built(setup._parser))
    monkeypatch.setattr(portable, "main", built(portable._parser))
    monkeypatch.setattr(release, "_python_packages", lambda _: None)
    python = tmp_path / "python.zip"
    python.touch()
    told = ["--python-embed", str(python), "--updates", "https://updates.example", "1.root.json"]
    release.main([*installers[:2], *told, "--out", str(tmp_path / "out")])

    assert [(one.out.name, one.python_embed) for one in asked] == [
        (f"giochoi-setup-{VERSION}.exe", python), ("giochoi-verify.exe", python),
    ]  # fmt: skip
    assert asked[0].updates == ["https://updates.example", "1.root.json"]
    assert {(tmp_path / "out" / one.out.name).read_bytes() for one in asked} == {b"MZ built"}


@needs("dpkg-deb")
@pytest.mark.parametrize(("which", "content", "says"), [
    ("--deb", b"MZ", "is no .deb"), ("--setup", b"!<arch>\n", "is no .exe"), ("--setup", b"", "is no .exe"),
    ("--verifier", b"PK", "is no .exe"),
])  # fmt: skip
def test_what_is_no_installer_is_refused(tmp_path, installers, which, content, says):
    Path(installers[installers.index(which) + 1]).write_bytes(content)

    with pytest.raises(SystemExit, match=says):
        release.main([*installers, "--out", str(tmp_path / "out")])


@needs("dpkg-deb")
def test_a_package_of_another_version_is_refused(tmp_path, installers, monkeypatch):
    monkeypatch.setattr(release, "VERSION", "9.9.9")

    with pytest.raises(SystemExit, match=f"is giochoi_{VERSION}_amd64.deb, not giochoi_9.9.9_amd64.deb"):
        release.main([*installers, "--out", str(tmp_path / "out")])


def test_a_release_without_a_set_up_is_asked_for(tmp_path, capsys):
    (tmp_path / "setup.exe").touch()
    for words in ([], ["--setup", str(tmp_path / "setup.exe")]):
        with pytest.raises(SystemExit):
            release.main([*words, "--out", str(tmp_path / "out")])
        assert "--no-setup is required" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        release.main(["--no-setup", "--deb", str(tmp_path / "none.deb")])
    assert "none.deb: no file" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        release.main(["--no-setup", "--setup", str(tmp_path / "setup.exe")])
    assert "--no-setup goes with none of" in capsys.readouterr().err


def test_the_list_for_machines(parts):
    """CycloneDX 1.6: who is in, of which files, under which licence, needing whom, in which installer."""
    made = inventory.bom("1.0", parts, 0)
    told = json.loads(made)
    one, _, two = told["components"]

    assert made == inventory.bom("1.0", parts, 0)
    assert (told["bomFormat"], told["specVersion"], told["metadata"]["component"]["name"]) == ("CycloneDX", "1.6", "giochoi")
    assert one["licenses"] == [{"expression": "MIT"}]
    assert two["licenses"] == [{"license": {"name": "MIT"}}]
    assert [part["name"] for part in two["components"]] == [
        "two-1.0-cp311-cp311-linux_x86_64.whl", "two-1.0-cp313-cp313-win_amd64.whl",
    ]  # fmt: skip
    assert [part["value"] for part in two["properties"]] == ["deb", "windows"]
    assert {one["ref"]: one["dependsOn"] for one in told["dependencies"]} == {
        "giochoi@1.0": ["pkg:pypi/one@1.0", "pkg:pypi/three@1.0", "pkg:pypi/two@1.0"], "pkg:pypi/one@1.0": ["pkg:pypi/two@1.0"],
        "pkg:pypi/two@1.0": [], "pkg:pypi/three@1.0": [],
    }  # fmt: skip


def test_the_list_for_people(parts):
    """Each text once, for all who have it; who brings none is named with what they say."""
    told = inventory.licences("1.0", parts)

    assert told.count("You may.") == 1
    assert "one, two\n" in told
    assert "Copyright: Else\nLicence: BSD License; the package brings no text of it." in told
    assert "CPython" in told
