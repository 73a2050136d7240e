# Reads a block store with pandas and pyarrow and prints what it finds as JSON: read_store.py FILE
import json
import sys

import numpy
import pandas
import pyarrow

file = sys.argv[1]
table = pandas.read_feather(file)
faces = table[table.kind.isna()]
streamed = pyarrow.ipc.open_file(pyarrow.memory_map(file))
eyes = numpy.stack(faces.eyes.to_list()).reshape(-1, 32, 32)
print(
    json.dumps(
        {
            "columns": list(table.columns),
            "paths": table.path.to_list(),
            "emotions": table.emotion.to_list(),
            "kinds": [None if pandas.isna(kind) else kind for kind in table.kind],
            "reasons": [None if pandas.isna(reason) else reason for reason in table.reason],
            "scores": faces.score.to_list(),
            "eyes": [str(eyes.dtype), list(eyes.shape), eyes[:, 0, 0].tolist()],
            "landmarks": numpy.stack(faces.landmarks.to_list()).reshape(-1, 68, 2)[:, 0].tolist(),
            "boxes": numpy.stack(faces.mouthBox.to_list()).tolist(),
            "batches": [streamed.get_batch(index).num_rows for index in range(streamed.num_record_batches)],
            "dataset": streamed.schema.metadata[b"dataset"].decode(),
        }
    )
)
