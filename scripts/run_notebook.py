"""Executes a notebook with nbconvert: run_notebook.py NOTEBOOK RESULT.ipynb [RESULT.html].

The output of cells is printed as it arrives. When a cell fails, its number, source and message go to standard
error, the notebook is saved with the outputs so far, and the exit status is 1.
"""

import os
import sys
import time

import nbformat
from nbclient.exceptions import CellExecutionError
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import ExecutePreprocessor


class TalkingPreprocessor(ExecutePreprocessor):
    """Prints the running cell's number and first line, and its output."""

    code_cells = 0

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type != "code":
            return cell, resources
        self.code_cells += 1
        start = time.monotonic()
        title = next((line for line in cell.source.splitlines() if line.strip()), "")
        print(f"[cell {self.code_cells}] {title[:90]}", flush=True)
        result = super().preprocess_cell(cell, resources, index)
        seconds = time.monotonic() - start
        if seconds > 1:
            print(f"[cell {self.code_cells}] took {seconds:.1f} s", flush=True)
        return result

    def process_message(self, msg, cell, cell_index):
        if msg["header"]["msg_type"] == "stream":
            print(msg["content"]["text"], end="", flush=True)
        return super().process_message(msg, cell, cell_index)


def message_of(cell) -> str:
    """Returns the error of a failed cell. tslab sends no error output: the message is on the cell's standard error."""
    streams = [output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stderr"]
    errors = ["\n".join(output.traceback) for output in cell.outputs if output.output_type == "error"]
    return "".join(streams + errors).strip() or "the cell printed no message"


def main(source: str, target: str, html: str = "") -> int:
    notebook = nbformat.read(source, as_version=4)
    # A kernel needs seconds; on a busy machine it can need more than nbclient's minute.
    runner = TalkingPreprocessor(timeout=None, startup_timeout=300, kernel_name="tslab")
    status = 0
    try:
        runner.preprocess(notebook, {"metadata": {"path": os.path.dirname(os.path.abspath(source))}})
    except CellExecutionError:
        cell = [cell for cell in notebook.cells if cell.cell_type == "code"][runner.code_cells - 1]
        numbered = "\n".join(f"  {line}" for line in cell.source.splitlines())
        print(f"\nCell {runner.code_cells} of {source} failed:\n{numbered}\n\n{message_of(cell)}", file=sys.stderr)
        status = 1
    nbformat.write(notebook, target)
    if html and status == 0:
        body, _ = HTMLExporter().from_notebook_node(notebook)
        with open(html, "w", encoding="utf-8") as file:
            file.write(body)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
