"""What a kernel does for the first time is done once before, in the process that all kernels are forked from.

A first picture, a first traceback and a first tensor cost tenths of a second: modules are imported, fonts read, tables
built. A fork has all of that from the zygote. Nothing else of the rehearsal may be seen in there: no figure, no
setting, no number drawn, no thread (a fork would lose it), and nothing that asks for a GPU.
"""

from __future__ import annotations

import logging

_log = logging.getLogger(__name__)

_CODE = """\
def rehearse(value):
    # one of each kind of word, for those who colour them
    text = f"{value!r}" + 'text' if value is not None and True else 0x1F + 1.5e3
    return [each.missing for each in (value, text, len(text))]

rehearse(3)
"""


def draw() -> None:
    """Draws a picture with a bit of everything, by the way that the kernel's own figures take, and shows it to nobody.

    By itself, not with pyplot: that would choose its backend here, where the one of notebooks does not find one.
    """
    from IPython.core.pylabtools import print_figure
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2, 2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    figure.colorbar(axes.imshow([[0.0, 1.0], [0.5, 0.2]]), ax=axes)
    axes.plot([0, 1], [0, 1], "o--", label=r"$x^2$")
    axes.set_xticks([0, 1], ["één", "twee"], rotation=90)
    axes.text(0, 0, "bold", ha="center", weight="bold")
    axes.legend()
    print_figure(figure, "png", base64=True, bbox_inches="tight")  # type: ignore[no-untyped-call]


def fail() -> None:
    """Puts an error into words, in colours, as a kernel would."""
    import linecache

    from IPython.core.ultratb import FormattedTB

    before, name = set(linecache.cache), "<rehearsal>"
    linecache.cache[name] = (len(_CODE), None, _CODE.splitlines(keepends=True), name)
    try:
        exec(compile(_CODE, name, "exec"), {})  # noqa: S102 - our own, above
    except AttributeError as error:
        trace = error.__traceback__.tb_next if error.__traceback__ else None  # from the code on, as in a cell
        words = FormattedTB(mode="Context", theme_name="linux")  # type: ignore[no-untyped-call]
        words.structured_traceback(AttributeError, error, trace)
    finally:
        for new in set(linecache.cache) - before:
            del linecache.cache[new]


def compute() -> None:
    """First operations on tensors, on the processor; no backward pass, for that would look for devices."""
    import torch
    from torch.nn import functional

    x = torch.ones(1, 2, 4)
    functional.scaled_dot_product_attention(x, x, x)
    functional.layer_norm((x @ x.mT).softmax(-1), (2,)).masked_fill(x[..., :2] > 0, 0.0)
    functional.cross_entropy(functional.linear(x[0], x[0]), torch.tensor([0, 1]))
    torch.einsum("bij,bkj->bik", x, x)
    torch.testing.assert_close(x, x.clone())
    repr(x)


def rehearse() -> None:
    """All of it; what is not installed, or does not come off here, is left to the kernels themselves."""
    for scene in (compute, draw, fail):
        try:
            scene()
        except ImportError:
            continue  # then no notebook needs it
        except Exception as error:  # noqa: BLE001 - of whatever kind: only speed is lost
            _log.warning("a rehearsal of what kernels do was cut short: %r", error)
