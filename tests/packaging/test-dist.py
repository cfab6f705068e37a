"""What `meson dist` makes of a checkout is all of it, and builds without one. test-dist.py BUILD-ROOT SOURCE-ROOT"""
import glob
import os
import subprocess
import sys
import tarfile
import tempfile

from tap import case, run

APP_ID = "io.github.longhand_app.Longhand"
build, source = sys.argv[1:]
folder = tempfile.TemporaryDirectory(prefix="longhand-dist-")


def check(*command, cwd=None):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stdout
    return done.stdout


def unpacked():
    found = [path for path in glob.glob(os.path.join(folder.name, "*")) if os.path.isdir(path)]
    assert len(found) == 1, found
    return found[0]


@case("/dist/tarball-holds-every-file-of-the-checkout")
def _():
    check("meson", "dist", "-C", build, "--no-tests", "--allow-dirty", "--formats", "gztar")
    tarballs = glob.glob(os.path.join(build, "meson-dist", "longhand-*.tar.gz"))
    assert len(tarballs) == 1, tarballs
    with tarfile.open(tarballs[0]) as tarball:
        names = {name.split("/", 1)[1] for name in tarball.getnames() if "/" in name}
        tarball.extractall(folder.name)
    committed = check("git", "ls-tree", "-r", "--name-only", "-z", "HEAD", cwd=source).split("\0")
    missing = {name for name in committed if name} - names
    assert not missing, sorted(missing)


@case("/dist/tarball-configures-and-builds-what-the-menu-needs")
def _():
    out = os.path.join(folder.name, "build")
    check("meson", "setup", "--wrap-mode=nodownload", "-Dtests=false", out, unpacked())
    check("ninja", "-C", out, f"data/{APP_ID}.desktop", f"data/{APP_ID}.metainfo.xml", "data/gschemas.compiled",
          "longhand-gmo")


try:
    run()
finally:
    folder.cleanup()
