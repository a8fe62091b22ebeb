"""Imported only by the server that workers are forked from: it ends with the run.

Without this, server and workers keep each other alive when a run is killed, and a worker in an endless loop, whose
time limit the run enforced, would go on for ever.
"""

from resources.process_life import end_with_parent

end_with_parent()
