"""Starts a thread when it is imported: such a module is not kept warm."""

from __future__ import annotations

import threading
import time

threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
