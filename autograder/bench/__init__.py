"""Measurements that anyone can repeat; each prints its comparison side by side, from one run."""
