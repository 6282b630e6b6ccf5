"""The boots as they happen: one line whenever a node has come a stage further."""
import time


def amount(count):
    for unit in ("B", "kB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} MB"


def line_of(node):
    text = (f"{node['name']:<8} {node['dialect'] or 'unknown':<14} {node['stage']:<10} {node['seconds']:6.1f} s "
            f"{amount(node['bytes']):>10}  {node['generation'] or node['boots']}")
    return text + (f"  {node['trouble']}" if node["trouble"] else "")


class View:
    def __init__(self):
        self.begin, self.shown = time.monotonic(), {}
        print(f"{'':9}{'node':<8} {'dialect':<14} {'stage':<10} {'boot':>8} {'sent':>10}  generation", flush=True)

    def show(self, nodes):
        for node in nodes:
            # The head counts boots by a steady clock and tells them in the wall's, which wavers by microseconds.
            key = (node["stage"], node["trouble"], round(node["boot_started"]))
            if node["boot_started"] and self.shown.get(node["name"]) != key:
                self.shown[node["name"]] = key
                print(f"{time.monotonic() - self.begin:6.1f} s {line_of(node)}", flush=True)
