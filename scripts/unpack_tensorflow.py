"""Unpacks TensorFlow's C library and C headers from its wheel: unpack_tensorflow.py WHEEL FOLDER.

The wheel's 15,000 other files are not unpacked.
"""

import os
import shutil
import sys
import zipfile

LIBRARIES = ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2")
HEADERS = (
    "tensorflow/include/tensorflow/c/",
    "tensorflow/include/tensorflow/core/platform/",
    "tensorflow/include/xla/tsl/c/",
    "tensorflow/include/tsl/platform/",
)


def main(wheel: str, folder: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name in LIBRARIES:
                target = os.path.join(folder, "lib", os.path.basename(name))
            elif name.startswith(HEADERS) and name.endswith(".h"):
                target = os.path.join(folder, os.path.relpath(name, "tensorflow"))
            else:
                continue
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with archive.open(name) as source, open(target, "wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)


if __name__ == "__main__":
    main(*sys.argv[1:])
