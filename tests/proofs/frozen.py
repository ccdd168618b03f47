"""The last thing that the server loads from which the processes of proofs are forked.

What is loaded by then is there to stay: the garbage collector of a forked process would walk over all of it, and copy
each page that it touches.
"""

from __future__ import annotations

import gc

gc.collect()
gc.freeze()
