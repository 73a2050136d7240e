"""Answers the bench from Python: one JSON object per line, requests on standard input, answers on standard output."""

import json
import os
import resource
import sys
import time


def serve(prepare):
    """Answers {"count": n} with {"seconds": s, "peakMb": m} until standard input ends.

    prepare() returns a pair: the fields of the first message (versions, parameters, note), and a function that does n
    units of work and returns its seconds or None.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # Output of libraries must not mix with the answers.

    def answer(message):
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    try:
        ready, work = prepare()
    except Exception as error:
        answer({"error": f"{type(error).__name__}: {error}"})
        return
    answer({"ready": True, **ready})
    for line in sys.stdin:
        try:
            count = json.loads(line)["count"]
            start = time.perf_counter()
            seconds = work(count)  # A program that measures itself returns its seconds.
            elapsed = time.perf_counter() - start
            answer({"seconds": elapsed if seconds is None else seconds, "peakMb": peak_megabytes()})
        except Exception as error:
            answer({"error": f"{type(error).__name__}: {error}"})


def peak_megabytes():
    """Returns the largest resident set so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
