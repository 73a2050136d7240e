"""The original's preprocessing, with the right image under each crop: dlib_program.py one|all IMAGES.json.

Grey image, HOG detector with one upsampling, 68 landmarks, two boxes with a margin of 10 pixels, resized as
torchvision resizes PIL images, and saved. IMAGES.json has the root folder and the paths.
"""

import importlib.util
import json
import multiprocessing
import os
import sys
import tempfile

from program import serve

MARGIN = 10
EYES = [*range(17, 27), *range(36, 48)]
MOUTH = [*range(48, 68)]

detector = predictor = None


def load():
    global detector, predictor
    import cv2
    import dlib

    # The package itself cannot be imported without setuptools; only its file is needed.
    [folder] = importlib.util.find_spec("face_recognition_models").submodule_search_locations
    detector = dlib.get_frontal_face_detector()
    predictor = dlib.shape_predictor(os.path.join(folder, "models", "shape_predictor_68_face_landmarks.dat"))
    cv2.setNumThreads(1)


def blocks_of(path):
    """Returns the eyes and the mouth block; None without a face."""
    import cv2
    import numpy

    grey = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    faces = detector(grey, 1)
    if len(faces) == 0:
        return None
    shape = predictor(grey, faces[0])
    points = numpy.array([(point.x, point.y) for point in shape.parts()])
    return cut(grey, points[EYES]), cut(grey, points[MOUTH])


def cut(grey, points):
    import numpy
    from PIL import Image

    height, width = grey.shape
    left, top = numpy.maximum(points.min(0) - MARGIN, 0)
    right, bottom = numpy.minimum(points.max(0) + MARGIN, (width, height))
    block = Image.fromarray(grey[top:bottom, left:right]).resize((32, 32), Image.Resampling.BILINEAR)
    return numpy.asarray(block)


def save(blocks):
    import numpy

    found = [pair for pair in blocks if pair]
    with tempfile.TemporaryFile() as file:
        numpy.savez(file, eyes=[eyes for eyes, _ in found], mouth=[mouth for _, mouth in found])
    return len(found)


def prepare(processes, list_file):
    import cv2
    import dlib

    with open(list_file, encoding="utf-8") as file:
        images = json.load(file)
    paths = [os.path.join(images["root"], record["path"]) for record in images["records"]]
    if processes == 1:
        load()
        each = map
    else:
        pool = multiprocessing.get_context("spawn").Pool(processes, load)
        each = lambda function, items: pool.imap(function, items, chunksize=4)
    # After these images, every process has loaded its models; only then the clock starts.
    first = list(each(blocks_of, paths[: 16 * processes]))
    found = sum(1 for pair in first if pair)
    if 2 * found < len(first):
        raise ValueError(f"Expected faces in most of the first {len(first)} images but {found} have one")
    plural = "es" if processes > 1 else ""
    note = f"dlib in {processes} process{plural}, faces in {found} of the first {len(first)}"
    versions = {"dlib": dlib.__version__, "opencv": cv2.__version__}
    return {"versions": versions, "note": note}, lambda count: save(each(blocks_of, paths[:count])) and None


if __name__ == "__main__":
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    serve(lambda: prepare(1 if sys.argv[1] == "one" else cores, *sys.argv[2:]))
